import AuraCore

/// Why a row gives no event.
enum RowError: Error {
    case json(JSONError)
    case csv(String)
    case tooLong(limit: Int)
    case noType
    case noTime
    case badTime(String)
    /// The event lies further in the future than is taken.
    case tooLate(Timestamp, latest: Timestamp)
    case refused(PrivacyFinding)
    /// The type's name breaks a privacy rule.
    case refusedType
    case event(EventError)
    /// The batch has no room; the row is to be tried again with an empty one.
    case noRoom
}

extension RowError: CustomStringConvertible {
    /// What is wrong, and where there is a way how to mend it.
    var description: String {
        switch self {
        case .json(let error): error.description
        case .csv(let reason): reason
        case .tooLong(let limit): "the row has more than \(limit) bytes"
        case .noType: "no type: map a column to it with type=COLUMN"
        case .noTime: "no time: map a column to it with time=COLUMN"
        case .badTime(let text):
            "'\(text.prefix(60))' is no time in the given format; map it with "
                + "time=COLUMN:timestamp:FORMAT"
        case .tooLate(let time, let latest):
            "the time \(time) lies in the future, at most \(latest) is taken; map it with "
                + "time=COLUMN:timestamp:FORMAT if it means another one"
        case .refused(let finding): finding.description
        case .refusedType: "the event type's name breaks a privacy rule"
        case .event(let error): error.description
        case .noRoom: "the row does not fit a batch"
        }
    }
}
