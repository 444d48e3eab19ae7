/// A therapy session was planned.
public struct TherapySessionCreated: EventRecord {
    /// The type `therapy_session.created`.
    public static let schema = EventSchema(
        "therapy_session.created", family: .therapy, "A therapy session was planned.",
        required: .session + [.scheduledAt],
        optional: [
            .sessionType,
            .text("target_audience", "individual, couple, family, group."),
            .text("recurrence_pattern", "weekly, biweekly, …, where it repeats."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A session that was planned.
    public init(
        sessionID: EntityID, therapistID: EntityID, patientID: EntityID,
        scheduledAt: Timestamp, sessionType: String? = nil, targetAudience: String? = nil,
        recurrencePattern: String? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "session_id": sessionID, "therapist_id": therapistID, "patient_id": patientID,
            "scheduled_at": scheduledAt, "session_type": sessionType,
            "target_audience": targetAudience, "recurrence_pattern": recurrencePattern,
            "clinic_id": clinicID,
        ])
    }

    /// Mostly weekly, up to a fortnight ahead.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            sessionID: random.entity(), therapistID: cast.provider, patientID: cast.patient,
            scheduledAt: time.hoursAhead(random.whole(24...336)),
            sessionType: random.sessionType(),
            targetAudience: random.pick(["individual": 8, "couple": 1, "group": 1]),
            recurrencePattern: random.pick(["weekly": 5, "biweekly": 2, nil: 3]),
            clinicID: cast.clinic)
    }
}

/// A therapy session began.
public struct TherapySessionStarted: EventRecord {
    /// The type `therapy_session.started`.
    public static let schema = EventSchema(
        "therapy_session.started", family: .therapy, "A therapy session began.",
        required: .session,
        optional: [
            .sessionType,
            .time("actual_start_time", "When it began."),
            .time("scheduled_start_time", "When it was to begin."),
            .number("delay_minutes", "How late it began; early is negative.", unit: "minutes"),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A session that began; give both times, the delay, or all.
    public init(
        sessionID: EntityID, therapistID: EntityID, patientID: EntityID,
        sessionType: String? = nil, actualStartTime: Timestamp? = nil,
        scheduledStartTime: Timestamp? = nil, delayMinutes: Double? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "session_id": sessionID, "therapist_id": therapistID, "patient_id": patientID,
            "session_type": sessionType, "actual_start_time": actualStartTime,
            "scheduled_start_time": scheduledStartTime, "delay_minutes": delayMinutes,
            "clinic_id": clinicID,
        ])
    }

    /// A few minutes late.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let delay = random.around(6) - 3
        return Self(
            sessionID: random.entity(), therapistID: cast.provider, patientID: cast.patient,
            sessionType: random.sessionType(), actualStartTime: time,
            scheduledStartTime: Timestamp(
                microseconds: time.microseconds - Int64(delay) * 60_000_000),
            delayMinutes: Double(delay), clinicID: cast.clinic)
    }
}

/// A therapy session took place.
public struct TherapySessionCompleted: EventRecord {
    /// The type `therapy_session.completed`.
    public static let schema = EventSchema(
        "therapy_session.completed", family: .therapy, "A therapy session took place.",
        required: .session,
        optional: [
            .sessionType,
            .number("duration_minutes", "How long it lasted.", unit: "minutes"),
            .flag("has_notes", "Whether notes were written."),
            .flag("has_summary", "Whether a summary was written."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A session that took place; that there are notes, never what they say.
    public init(
        sessionID: EntityID, therapistID: EntityID, patientID: EntityID,
        sessionType: String? = nil, durationMinutes: Double? = nil, hasNotes: Bool? = nil,
        hasSummary: Bool? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "session_id": sessionID, "therapist_id": therapistID, "patient_id": patientID,
            "session_type": sessionType, "duration_minutes": durationMinutes,
            "has_notes": hasNotes, "has_summary": hasSummary, "clinic_id": clinicID,
        ])
    }

    /// About fifty minutes, mostly with notes.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            sessionID: random.entity(), therapistID: cast.provider, patientID: cast.patient,
            sessionType: random.sessionType(), durationMinutes: Double(random.whole(42...58)),
            hasNotes: random.chance(0.9), hasSummary: random.chance(0.5),
            clinicID: cast.clinic)
    }
}

/// A therapy session was called off.
public struct TherapySessionCancelled: EventRecord {
    /// The type `therapy_session.cancelled`.
    public static let schema = EventSchema(
        "therapy_session.cancelled", family: .therapy, "A therapy session was called off.",
        required: .session,
        optional: [
            .text("cancelled_by", "therapist, patient."),
            .number("notice_hours", "How long before it was due.", unit: "hours"),
            .text("reason", "Why: illness, conflict, …"),
            .scheduledAt,
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A session that was called off.
    public init(
        sessionID: EntityID, therapistID: EntityID, patientID: EntityID,
        cancelledBy: String? = nil, noticeHours: Double? = nil, reason: String? = nil,
        scheduledAt: Timestamp? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "session_id": sessionID, "therapist_id": therapistID, "patient_id": patientID,
            "cancelled_by": cancelledBy, "notice_hours": noticeHours, "reason": reason,
            "scheduled_at": scheduledAt, "clinic_id": clinicID,
        ])
    }

    /// Mostly by the patient.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let notice = random.whole(1...96)
        return Self(
            sessionID: random.entity(), therapistID: cast.provider, patientID: cast.patient,
            cancelledBy: random.pick(["patient": 8, "therapist": 2]),
            noticeHours: Double(notice), reason: random.pick(["illness": 5, "conflict": 5]),
            scheduledAt: time.hoursAhead(notice), clinicID: cast.clinic)
    }
}

/// A patient talked with the chatbot.
public struct ChatbotInteraction: EventRecord {
    /// The type `chatbot.interaction`.
    public static let schema = EventSchema(
        "chatbot.interaction", family: .therapy, "A patient talked with the chatbot.",
        required: [.id("patient_id", "The patient.")],
        optional: [
            .id("interaction_id", "The conversation."),
            .count("message_count", "Messages of both sides."),
            .number("session_duration_seconds", "How long it lasted.", unit: "seconds"),
            .number("satisfaction_score", "How the patient rated it, 1 to 5.", unit: "points"),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A conversation; that it took place, never what was said.
    public init(
        patientID: EntityID, interactionID: EntityID? = nil, messageCount: Int? = nil,
        sessionDurationSeconds: Double? = nil, satisfactionScore: Double? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "patient_id": patientID, "interaction_id": interactionID,
            "message_count": messageCount, "session_duration_seconds": sessionDurationSeconds,
            "satisfaction_score": satisfactionScore, "clinic_id": clinicID,
        ])
    }

    /// A dozen messages, rated by four in ten.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let messages = random.around(12, least: 2)
        return Self(
            patientID: cast.patient, interactionID: random.entity(), messageCount: messages,
            sessionDurationSeconds: Double(messages * random.whole(15...40)),
            satisfactionScore: random.chance(0.4)
                ? random.pick([5.0: 4, 4: 3, 3: 2, 2: 1, 1: 1]) : nil,
            clinicID: cast.clinic)
    }
}

extension [AttributeSchema] {
    /// Whose session it is and with whom.
    fileprivate static let session: [AttributeSchema] = [
        .id("session_id", "The session."),
        .id("therapist_id", "Who holds it."),
        .id("patient_id", "Who comes."),
    ]
}

extension AttributeSchema {
    fileprivate static let sessionType = AttributeSchema.text(
        "session_type", "cbt, psychodynamic, group, …")
}

extension RandomNumberGenerator {
    fileprivate mutating func sessionType() -> String {
        pick(["cbt": 5, "psychodynamic": 2, "systemic": 2, "group": 1])
    }
}
