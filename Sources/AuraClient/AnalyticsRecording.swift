public import AuraCore

/// A part of an application that records events beside its work: a controller, a service, a job.
///
/// ```swift
/// struct PatientController: AnalyticsRecording {
///     let analytics: AuraClient
///
///     func create(_ form: PatientForm) async throws -> Patient {
///         let patient = try await form.save()
///         recordAnalyticsEvent(PatientCreated(patientID: EntityID(patient.id)))
///         return patient
///     }
/// }
/// ```
public protocol AnalyticsRecording {
    /// The client that records.
    var analytics: AuraClient { get }
}

extension AnalyticsRecording {
    /// Records an event of the catalogue without a wait and without an error, so that nothing
    /// happens to the request that caused it.
    ///
    /// What is not taken is told by `ClientNotice.unrecorded`, what is taken and not stored by
    /// `ClientNotice.undelivered`.
    ///
    /// - Parameter time: When it happened; nil means now.
    public func recordAnalyticsEvent(
        _ record: some EventRecord, at time: Timestamp? = nil, id: EventID? = nil
    ) {
        analytics.offer(record.event(at: time ?? analytics.configuration.clock(), id: id))
    }

    /// Records an event, as `recordAnalyticsEvent(_:at:id:)` does.
    public func recordAnalyticsEvent(_ event: Event) {
        analytics.offer(event)
    }

    /// Records an event of the catalogue and waits until it is durable.
    ///
    /// - Parameter time: When it happened; nil means now.
    /// - Throws: As `AuraClient.record(_:)`.
    public func recordDurableAnalyticsEvent(
        _ record: some EventRecord, at time: Timestamp? = nil, id: EventID? = nil
    ) async throws(ClientError) {
        try await analytics.record(record, at: time, id: id)
    }
}
