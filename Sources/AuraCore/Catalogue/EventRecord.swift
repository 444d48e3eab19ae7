/// An event whose type the catalogue knows, as a Swift value.
///
/// One struct a type: its initializer takes what the type needs, and `attributes` is what an event
/// of it carries. Adding a type is one such struct and one line of `Catalogue.records`.
public protocol EventRecord: Sendable {
    /// The type and all that its events may carry.
    static var schema: EventSchema { get }

    /// The values given, in the schema's order; values not given are absent.
    var attributes: [Attribute] { get }

    /// A plausible record of something that happened at that time, for tests and demonstrations.
    ///
    /// The same generator state gives the same record. Ids are those of an invented clinic group.
    static func sample(at time: Timestamp, using random: inout some RandomNumberGenerator) -> Self
}

extension EventRecord {
    /// The record as an event that happened at `time`.
    public func event(at time: Timestamp, id: EventID? = nil) -> Event {
        Event(type: Self.schema.type, time: time, id: id, attributes: attributes)
    }
}
