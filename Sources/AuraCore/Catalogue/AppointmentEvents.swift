/// An appointment was made.
public struct AppointmentCreated: EventRecord {
    /// The type `appointment.created`.
    public static let schema = EventSchema(
        "appointment.created", family: .patient, "An appointment was made.",
        required: [
            .id("appointment_id", "The appointment."),
            .id("patient_id", "For whom."),
            .scheduledAt,
        ],
        optional: [
            .id("provider_id", "With whom."),
            .text("appointment_type", "intake, follow_up, group, …"),
            .number("duration_minutes", "How long it is to be.", unit: "minutes"),
            .id("created_by_user_id", "Who made it."),
            .id("external_id", "Its id in another system."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An appointment that was made.
    public init(
        appointmentID: EntityID, patientID: EntityID, providerID: EntityID? = nil,
        appointmentType: String? = nil, scheduledAt: Timestamp, durationMinutes: Double? = nil,
        createdByUserID: EntityID? = nil, externalID: EntityID? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "appointment_id": appointmentID, "patient_id": patientID,
            "scheduled_at": scheduledAt, "provider_id": providerID,
            "appointment_type": appointmentType, "duration_minutes": durationMinutes,
            "created_by_user_id": createdByUserID, "external_id": externalID,
            "clinic_id": clinicID,
        ])
    }

    /// One to twenty days ahead, on the hour.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            appointmentID: random.entity(), patientID: cast.patient, providerID: cast.provider,
            appointmentType: random.pick(["follow_up": 7, "intake": 2, "group": 1]),
            scheduledAt: time.hoursAhead(random.whole(24...480)), durationMinutes: 50,
            createdByUserID: cast.staffUser,
            externalID: random.chance(0.3) ? EntityID("ext-\(random.whole(1...9_999))") : nil,
            clinicID: cast.clinic)
    }
}

/// An appointment changed its status.
public struct AppointmentStatusChanged: EventRecord {
    /// The type `appointment.status_changed`.
    public static let schema = EventSchema(
        "appointment.status_changed", family: .patient, "An appointment changed its status.",
        required: [
            .id("appointment_id", "The appointment."),
            .text("new_status", "FHIR: booked, arrived, fulfilled, cancelled, noshow, …"),
        ],
        optional: [
            .id("patient_id", "For whom."),
            .id("provider_id", "With whom."),
            .text("old_status", "What it was before."),
            .scheduledAt,
            .id("changed_by_user_id", "Who changed it."),
            .number("duration_in_status_minutes", "Time in the old one.", unit: "minutes"),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A change of status.
    public init(
        appointmentID: EntityID, newStatus: String, patientID: EntityID? = nil,
        providerID: EntityID? = nil, oldStatus: String? = nil, scheduledAt: Timestamp? = nil,
        changedByUserID: EntityID? = nil, durationInStatusMinutes: Double? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "appointment_id": appointmentID, "new_status": newStatus, "patient_id": patientID,
            "provider_id": providerID, "old_status": oldStatus, "scheduled_at": scheduledAt,
            "changed_by_user_id": changedByUserID,
            "duration_in_status_minutes": durationInStatusMinutes, "clinic_id": clinicID,
        ])
    }

    /// Of those that were due, about one in six was missed.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            appointmentID: random.entity(),
            newStatus: random.pick(["fulfilled": 5, "arrived": 3, "noshow": 1, "booked": 1]),
            patientID: cast.patient, providerID: cast.provider,
            oldStatus: random.pick(["booked": 3, "arrived": 2, "proposed": 1]),
            scheduledAt: time.hoursAhead(random.whole(-2...0)),
            changedByUserID: cast.staffUser,
            durationInStatusMinutes: Double(random.around(60)), clinicID: cast.clinic)
    }
}

/// An appointment was called off.
public struct AppointmentCancelled: EventRecord {
    /// The type `appointment.cancelled`.
    public static let schema = EventSchema(
        "appointment.cancelled", family: .patient, "An appointment was called off.",
        required: [
            .id("appointment_id", "The appointment."),
            .id("patient_id", "For whom it was."),
        ],
        optional: [
            .id("provider_id", "With whom it was."),
            .text("reason", "Why: illness, conflict, …"),
            .text("cancelled_by", "patient, provider, clinic."),
            .id("cancelled_by_user_id", "Who entered it."),
            .number("notice_hours", "How long before it was due.", unit: "hours"),
            .scheduledAt,
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An appointment that was called off.
    public init(
        appointmentID: EntityID, patientID: EntityID, providerID: EntityID? = nil,
        reason: String? = nil, cancelledBy: String? = nil, cancelledByUserID: EntityID? = nil,
        noticeHours: Double? = nil, scheduledAt: Timestamp? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "appointment_id": appointmentID, "patient_id": patientID,
            "provider_id": providerID, "reason": reason, "cancelled_by": cancelledBy,
            "cancelled_by_user_id": cancelledByUserID, "notice_hours": noticeHours,
            "scheduled_at": scheduledAt, "clinic_id": clinicID,
        ])
    }

    /// Three in ten with less than a day's notice.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let notice = random.chance(0.3) ? random.whole(1...23) : random.whole(24...240)
        return Self(
            appointmentID: random.entity(), patientID: cast.patient, providerID: cast.provider,
            reason: random.pick(["illness": 4, "conflict": 4, "recovered": 1, "other": 1]),
            cancelledBy: random.pick(["patient": 8, "provider": 1, "clinic": 1]),
            cancelledByUserID: cast.staffUser, noticeHours: Double(notice),
            scheduledAt: time.hoursAhead(notice), clinicID: cast.clinic)
    }
}

/// An appointment took place.
public struct AppointmentCompleted: EventRecord {
    /// The type `appointment.completed`.
    public static let schema = EventSchema(
        "appointment.completed", family: .patient, "An appointment took place.",
        required: [
            .id("appointment_id", "The appointment."),
            .id("patient_id", "Who came."),
        ],
        optional: [
            .id("provider_id", "With whom."),
            .text("appointment_type", "intake, follow_up, group, …"),
            .number("duration_minutes", "How long it lasted.", unit: "minutes"),
            .scheduledAt,
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An appointment that took place.
    public init(
        appointmentID: EntityID, patientID: EntityID, providerID: EntityID? = nil,
        appointmentType: String? = nil, durationMinutes: Double? = nil,
        scheduledAt: Timestamp? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "appointment_id": appointmentID, "patient_id": patientID,
            "provider_id": providerID, "appointment_type": appointmentType,
            "duration_minutes": durationMinutes, "scheduled_at": scheduledAt,
            "clinic_id": clinicID,
        ])
    }

    /// About fifty minutes, begun an hour ago.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            appointmentID: random.entity(), patientID: cast.patient, providerID: cast.provider,
            appointmentType: random.pick(["follow_up": 7, "intake": 2, "group": 1]),
            durationMinutes: Double(random.whole(40...60)), scheduledAt: time.hoursAhead(-1),
            clinicID: cast.clinic)
    }
}

extension AttributeSchema {
    /// When something is due; the seed system and its ancestor have names of their own for it.
    static let scheduledAt = AttributeSchema.time(
        "scheduled_at", "When it is due.", aliases: ["scheduled_datetime", "scheduled_time"])
}

extension Timestamp {
    /// The full hour that many hours after this one.
    func hoursAhead(_ hours: Int) -> Timestamp {
        let hour: Int64 = 3_600_000_000
        return Timestamp(
            microseconds: (microseconds.flooredQuotient(hour) + Int64(hours)) * hour)
    }
}
