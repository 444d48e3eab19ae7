/// A request to an interface failed.
public struct APIError: EventRecord {
    /// The type `api.error`.
    public static let schema = EventSchema(
        "api.error", family: .system, "A request to an interface failed.",
        required: [
            .text("endpoint", "Path of the request."),
            .count("status_code", "HTTP status."),
        ],
        optional: [
            .text("method", "GET, POST, …"),
            .text("error_type", "Kind of error, as the program names it."),
            .id("user_id", "Whose request it was."),
            .ipPrefix,
            .number("response_time_ms", "How long the answer took.", unit: "milliseconds"),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A failed request; of the address only the network is kept, and nothing if it is none.
    public init(
        endpoint: String, statusCode: Int, method: String? = nil, errorType: String? = nil,
        userID: EntityID? = nil, ipAddress: String? = nil, responseTimeMs: Double? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "endpoint": endpoint, "status_code": statusCode, "method": method,
            "error_type": errorType, "user_id": userID,
            "ip_prefix": ipAddress.flatMap { IPPrefix(truncating: $0) },
            "response_time_ms": responseTimeMs, "clinic_id": clinicID,
        ])
    }

    /// Mostly the client's fault.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let (status, error) = random.pick([
            (404, "NotFound"): 4, (400, "ValidationError"): 3, (403, "PermissionDenied"): 2,
            (500, "DatabaseError"): 1, (504, "Timeout"): 1,
        ])
        return Self(
            endpoint: random.pick([
                "/api/appointments/": 4, "/api/messages/": 3, "/api/patients/": 2,
                "/api/sessions/": 2,
            ]),
            statusCode: status, method: random.pick(["GET": 6, "POST": 3, "PUT": 1]),
            errorType: error, userID: random.chance(0.7) ? cast.patientUser : nil,
            ipAddress: random.address(),
            responseTimeMs: Double(status >= 500 ? random.around(2_000) : random.around(60)),
            clinicID: cast.clinic)
    }
}

/// A task in the background ended.
public struct TaskCompleted: EventRecord {
    /// The type `task.completed`.
    public static let schema = EventSchema(
        "task.completed", family: .system, "A task in the background ended.",
        required: [.text("task_name", "Which task.")],
        optional: [
            .id("task_id", "This run of it."),
            .number("duration_seconds", "How long it took.", unit: "seconds"),
            .flag("success", "Whether it worked."),
            .text("error_message", "Why it did not."),
            .count("records_processed", "How much it did."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A run that ended.
    public init(
        taskName: String, taskID: EntityID? = nil, durationSeconds: Double? = nil,
        success: Bool? = nil, errorMessage: String? = nil, recordsProcessed: Int? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "task_name": taskName, "task_id": taskID, "duration_seconds": durationSeconds,
            "success": success, "error_message": errorMessage,
            "records_processed": recordsProcessed, "clinic_id": clinicID,
        ])
    }

    /// Two in a hundred fail.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let success = !random.chance(0.02)
        return Self(
            taskName: random.pick([
                "send_reminders": 5, "sync_calendar": 4, "generate_invoices": 1,
            ]),
            taskID: random.entity(), durationSeconds: Double(random.around(120)) / 10,
            success: success, errorMessage: success ? nil : "connection timed out",
            recordsProcessed: success ? random.around(80) : 0, clinicID: cast.clinic)
    }
}

/// A report was made.
public struct ReportGenerated: EventRecord {
    /// The type `report.generated`.
    public static let schema = EventSchema(
        "report.generated", family: .system, "A report was made.",
        required: [.text("report_type", "Which report.")],
        optional: [
            .id("report_id", "This one of it."),
            .id("requested_by_user_id", "Who asked for it."),
            .text("report_format", "pdf, xlsx, json, csv."),
            .text("date_range", "The period, `2025-01-01/2025-02-01`."),
            .number("generation_time_seconds", "How long it took.", unit: "seconds"),
            .count("record_count", "How much it covers."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A report that was made.
    public init(
        reportType: String, reportID: EntityID? = nil, requestedByUserID: EntityID? = nil,
        reportFormat: String? = nil, dateRange: String? = nil,
        generationTimeSeconds: Double? = nil, recordCount: Int? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "report_type": reportType, "report_id": reportID,
            "requested_by_user_id": requestedByUserID, "report_format": reportFormat,
            "date_range": dateRange, "generation_time_seconds": generationTimeSeconds,
            "record_count": recordCount, "clinic_id": clinicID,
        ])
    }

    /// The week before.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let days = [time.hoursAhead(-7 * 24), time].map { $0.description.prefix(10) }
        return Self(
            reportType: random.pick(["weekly_summary": 5, "no_show": 3, "utilisation": 2]),
            reportID: random.entity(), requestedByUserID: cast.staffUser,
            reportFormat: random.pick(["pdf": 6, "xlsx": 3, "json": 1]),
            dateRange: days.joined(separator: "/"),
            generationTimeSeconds: Double(random.around(30)) / 10,
            recordCount: random.around(4_000), clinicID: cast.clinic)
    }
}

/// Data left the system.
public struct DataExport: EventRecord {
    /// The type `data.export`.
    public static let schema = EventSchema(
        "data.export", family: .system, "Data left the system.",
        required: [.text("export_type", "What was exported.")],
        optional: [
            .id("requested_by_user_id", "Who asked for it."),
            .count("record_count", "How many records."),
            .count("file_size_bytes", "How large it is.", unit: "bytes"),
            .text("export_format", "csv, xlsx, json."),
            .flag("includes_pii", "Whether it names people."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An export.
    public init(
        exportType: String, requestedByUserID: EntityID? = nil, recordCount: Int? = nil,
        fileSizeBytes: Int? = nil, exportFormat: String? = nil, includesPII: Bool? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "export_type": exportType, "requested_by_user_id": requestedByUserID,
            "record_count": recordCount, "file_size_bytes": fileSizeBytes,
            "export_format": exportFormat, "includes_pii": includesPII, "clinic_id": clinicID,
        ])
    }

    /// A few thousand rows.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let records = random.around(3_000, least: 1)
        return Self(
            exportType: random.pick(["appointments": 5, "sessions": 3, "patients": 2]),
            requestedByUserID: cast.staffUser, recordCount: records,
            fileSizeBytes: records * 180,
            exportFormat: random.pick(["csv": 5, "xlsx": 4, "json": 1]),
            includesPII: random.chance(0.2), clinicID: cast.clinic)
    }
}

/// Another system called.
public struct WebhookReceived: EventRecord {
    /// The type `webhook.received`.
    public static let schema = EventSchema(
        "webhook.received", family: .system, "Another system called.",
        required: [.text("source", "Which system.")],
        optional: [
            .text("webhook_event", "What it told, as it names it."),
            .id("webhook_id", "Its id of the call."),
            .count("status_code", "HTTP status of the answer."),
            .number("processing_time_ms", "How long it took.", unit: "milliseconds"),
            .flag("success", "Whether it was understood."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A call from another system.
    public init(
        source: String, webhookEvent: String? = nil, webhookID: EntityID? = nil,
        statusCode: Int? = nil, processingTimeMs: Double? = nil, success: Bool? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "source": source, "webhook_event": webhookEvent, "webhook_id": webhookID,
            "status_code": statusCode, "processing_time_ms": processingTimeMs,
            "success": success, "clinic_id": clinicID,
        ])
    }

    /// Payments and calendars.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let (source, kind) = random.pick([
            ("payments", "invoice.paid"): 4, ("calendar", "slot.changed"): 4,
            ("laboratory", "result.ready"): 2,
        ])
        let success = !random.chance(0.01)
        return Self(
            source: source, webhookEvent: kind, webhookID: random.entity(),
            statusCode: success ? 200 : 422, processingTimeMs: Double(random.around(40)),
            success: success, clinicID: cast.clinic)
    }
}

/// Somebody tried whether events arrive.
public struct SystemTest: EventRecord {
    /// The type `system.test`.
    public static let schema = EventSchema(
        "system.test", family: .system, "Somebody tried whether events arrive.",
        optional: [
            .id("test_id", "The trial."),
            .text("source", "Who sent it: cli, monitor."),
            .count("sequence", "Which event of the trial, from 1."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A trial event.
    public init(
        testID: EntityID? = nil, source: String? = nil, sequence: Int? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "test_id": testID, "source": source, "sequence": sequence, "clinic_id": clinicID,
        ])
    }

    /// One of a trial of ten.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            testID: random.entity(), source: "cli", sequence: random.whole(1...10),
            clinicID: cast.clinic)
    }
}
