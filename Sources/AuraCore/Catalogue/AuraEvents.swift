/// A course of treatment ended.
public struct EpisodeClosed: EventRecord {
    /// The type `episode.closed`.
    public static let schema = EventSchema(
        "episode.closed", family: .aura, "A course of treatment ended.",
        required: [
            .id("patient_id", "Whose treatment."),
            .text("reason", "completed, dropout, referred, other."),
        ],
        optional: [
            .id("episode_id", "The course of treatment."),
            .id("therapist_id", "Who treated."),
            .count("attended_count", "Contacts that took place."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A course of treatment that ended.
    public init(
        patientID: EntityID, reason: String, episodeID: EntityID? = nil,
        therapistID: EntityID? = nil, attendedCount: Int? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "patient_id": patientID, "reason": reason, "episode_id": episodeID,
            "therapist_id": therapistID, "attended_count": attendedCount,
            "clinic_id": clinicID,
        ])
    }

    /// One in five drops out, after fewer contacts.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let reason = random.pick(["completed": 6, "dropout": 2, "referred": 1, "other": 1])
        return Self(
            patientID: cast.patient, reason: reason, episodeID: random.entity(),
            therapistID: cast.provider,
            attendedCount: random.around(reason == "dropout" ? 3 : 12, least: 1),
            clinicID: cast.clinic)
    }
}

/// A provider's working time was set.
public struct CapacitySet: EventRecord {
    /// The type `capacity.set`.
    public static let schema = EventSchema(
        "capacity.set", family: .aura, "A provider's working time was set.",
        required: [
            .id("provider_id", "Whose time."),
            .count("weekday", "1, Monday, to 7, Sunday (ISO 8601)."),
            .number("minutes", "Minutes for patients on that day.", unit: "minutes"),
        ],
        optional: [
            .time("valid_from", "From when on; else from the event's time on."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// Working time of a weekday, 1 (Monday) to 7; 0 minutes for a day off.
    public init(
        providerID: EntityID, weekday: Int, minutes: Double, validFrom: Timestamp? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "provider_id": providerID, "weekday": weekday, "minutes": minutes,
            "valid_from": validFrom, "clinic_id": clinicID,
        ])
    }

    /// Half or whole days.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            providerID: cast.provider, weekday: random.whole(1...5),
            minutes: random.pick([360.0: 6, 180: 3, 0: 1]), validFrom: time.hoursAhead(24),
            clinicID: cast.clinic)
    }
}
