/// The event types that Aura knows by itself.
public enum Catalogue {
    /// One struct for each type.
    ///
    /// A new type is one more line here.
    public static let records: [any EventRecord.Type] = [
        UserCreated.self,
        UserLogin.self,
        UserLogout.self,
        UserProfileUpdated.self,
        AuthFailed.self,
        UserSignup.self,

        PatientCreated.self,
        PatientUpdated.self,
        AppointmentCreated.self,
        AppointmentStatusChanged.self,
        AppointmentCancelled.self,
        AppointmentCompleted.self,
        AssessmentCompleted.self,
        RiskPredictionGenerated.self,

        TherapySessionCreated.self,
        TherapySessionStarted.self,
        TherapySessionCompleted.self,
        TherapySessionCancelled.self,
        ChatbotInteraction.self,

        MessageSent.self,
        ThreadCreated.self,
        VideoCallStarted.self,
        VideoCallEnded.self,
        AttachmentUploaded.self,
        NotificationSent.self,

        APIError.self,
        TaskCompleted.self,
        ReportGenerated.self,
        DataExport.self,
        WebhookReceived.self,
        SystemTest.self,

        EpisodeClosed.self,
        CapacitySet.self,
    ]

    /// Every type's schema, in the order of `records`.
    public static let all: [EventSchema] = records.map { $0.schema }

    /// The types that applications send; without those that Aura adds for its own figures.
    public static let seed: [EventSchema] = all.filter { $0.family != .aura }

    /// The schema of that type.
    public static func schema(for type: String) -> EventSchema? {
        position[type].map { all[$0] }
    }

    /// A plausible event of that type; nil if the catalogue does not know it.
    public static func sample(
        of type: String, at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Event? {
        position[type].map { records[$0].sample(at: time, using: &random).event(at: time) }
    }

    private static let position = Dictionary(
        uniqueKeysWithValues: all.enumerated().map { ($0.element.type, $0.offset) })
}
