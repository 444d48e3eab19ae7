import AuraCore

extension Diary {
    /// New patients, changed records, ended episodes.
    mutating func enterPatients() {
        guard !isWeekend else { return }
        for clinic in 1...group.clinics {
            var random = generator(.patients, clinic)
            for number in 0..<random.occurrences(5) {
                enterNewPatient(clinic, number, &random)
            }
            for _ in 0..<random.occurrences(22) {
                let fields = [random.lean(["insurance", "contact", "care_team"])]
                enter(
                    PatientUpdated(
                        patientID: EntityID(patient(of: clinic, &random)),
                        updatedByUserID: EntityID(clinic * 1_000 + random.whole(0...4)),
                        updatedFields: fields, clinicID: EntityID(clinic)),
                    at: instant(Double.random(in: 28_800..<64_800, using: &random)))
            }
            for _ in 0..<random.occurrences(2.5) {
                enter(
                    EpisodeClosed(
                        patientID: EntityID(patient(of: clinic, &random)),
                        reason: random.lean(["completed", "dropout", "referred"]),
                        therapistID: EntityID(clinic * 100 + random.whole(1...12)),
                        attendedCount: random.whole(2...16), clinicID: EntityID(clinic)),
                    at: instant(Double.random(in: 57_600..<64_800, using: &random)))
            }
        }
    }

    private func patient(of clinic: Int, _ random: inout SeededGenerator) -> Int {
        clinic * 10_000 + random.whole(1...group.patientsPerClinic)
    }

    private mutating func enterNewPatient(
        _ clinic: Int, _ number: Int, _ random: inout SeededGenerator
    ) {
        let patient = EntityID(day * 1_000 + clinic * 100 + number)
        let second = Double.random(in: 25_200..<72_000, using: &random)
        let isSelf = random.chance(0.6)
        enter(
            PatientCreated(
                patientID: patient,
                createdByUserID: isSelf ? nil : EntityID(clinic * 1_000 + random.whole(0...4)),
                patientType: random.lean(["adult", "adolescent"]),
                referralSource: random.lean(["physician", "self", "school"]),
                clinicID: EntityID(clinic)), at: instant(second))
        if isSelf {
            enter(
                UserSignup(
                    userID: patient, signupMethod: "email", source: random.lean(["web", "app"]),
                    role: "patient", clinicID: EntityID(clinic)), at: instant(second - 90))
        } else {
            enter(
                UserCreated(
                    userID: patient, role: "patient", createdByUserID: EntityID(clinic * 1_000),
                    clinicID: EntityID(clinic)), at: instant(second + 1))
        }
    }

    /// What machines do: errors, tasks, webhooks, reports.
    mutating func enterSystems() {
        for hour in 0..<24 {
            var random = generator(.systems, hour)
            enterErrors(hour, &random)
            for minute in 0..<60 {
                enterTask(Double(hour) * 3_600 + Double(minute) * 60, &random)
            }
            for _ in 0..<random.occurrences(360) {
                let second = Double(hour) * 3_600 + Double.random(in: 0..<3_600, using: &random)
                let isFine = random.chance(0.985)
                enter(
                    WebhookReceived(
                        source: random.lean(["laboratory", "pharmacy", "payments"]),
                        webhookEvent: "updated", statusCode: isFine ? 200 : 500,
                        processingTimeMs: random.about(35).rounded(), success: isFine),
                    at: instant(second))
            }
        }
        enterReports()
    }

    private mutating func enterErrors(_ hour: Int, _ random: inout SeededGenerator) {
        let busy = hour >= 7 && hour <= 21
        for _ in 0..<random.occurrences(busy ? 6 : 1.5) {
            enterError(Double(hour) * 3_600 + Double.random(in: 0..<3_600, using: &random), &random)
        }
        guard anomaly == .outage, hour == 10 || hour == 11 else { return }
        for _ in 0..<900 {
            let second = Double(hour) * 3_600 + Double.random(in: 0..<3_600, using: &random)
            if anomaly.isOutage(at: second) { enterError(second, &random) }
        }
    }

    private mutating func enterError(_ second: Double, _ random: inout SeededGenerator) {
        let isDown = anomaly.isOutage(at: second)
        enter(
            APIError(
                endpoint: random.lean(["/api/appointments", "/api/messages", "/api/sessions"]),
                statusCode: isDown ? 503 : random.chance(0.5) ? 404 : 500,
                method: random.lean(["GET", "POST"]),
                errorType: isDown ? "upstream_unavailable" : "unhandled",
                responseTimeMs: (isDown ? 30_000 : random.about(220)).rounded()),
            at: instant(second))
    }

    private mutating func enterTask(_ second: Double, _ random: inout SeededGenerator) {
        let isFine = random.chance(0.99) && !anomaly.isOutage(at: second)
        enter(
            TaskCompleted(
                taskName: random.lean(["sync_calendar", "send_reminders", "clean_sessions"]),
                durationSeconds: (random.about(4) * 10).rounded() / 10, success: isFine,
                errorMessage: isFine ? nil : "timeout", recordsProcessed: random.whole(0...400)),
            at: instant(second + Double.random(in: 0..<20, using: &random)))
    }

    private mutating func enterReports() {
        var random = generator(.systems, 24)
        enter(SystemTest(source: "monitoring", sequence: day), at: instant(18_000))
        for clinic in 1...group.clinics {
            enter(
                ReportGenerated(
                    reportType: weekday == 1 ? "weekly_summary" : "daily_summary",
                    reportFormat: "pdf", generationTimeSeconds: random.about(3).rounded(),
                    recordCount: random.whole(500...4_000), clinicID: EntityID(clinic)),
                at: instant(21_600 + Double(clinic) * 7))
            if weekday == 5 {
                enter(
                    DataExport(
                        exportType: "billing", recordCount: random.whole(800...2_500),
                        fileSizeBytes: Int(random.about(900_000)), exportFormat: "csv",
                        includesPII: false, clinicID: EntityID(clinic)),
                    at: instant(61_200 + Double(clinic) * 11))
            }
            guard weekday == 1 else { continue }
            for provider in 1...group.providersPerClinic {
                enter(
                    CapacitySet(
                        providerID: EntityID(clinic * 100 + provider), weekday: 1, minutes: 450,
                        clinicID: EntityID(clinic)), at: instant(18_600 + Double(provider)))
            }
        }
    }
}
