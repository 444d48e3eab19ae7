import AuraCore

/// An order to delete events: it hides them at once, and compaction carries it out.
///
/// It means events up to one sequence number alone, so that what is sent afterwards, an import of old
/// data say, is not touched by it.
public struct Tombstone: Hashable, Sendable {
    /// Which events go.
    public enum Target: Hashable, Sendable {
        /// Those with one of the values in an attribute, whatever its type.
        case subject(SubjectHash)
        /// Those with a time before this one, µs.
        case before(Int64)
    }

    /// From 1 on, in the order in which they were given.
    public let number: UInt64
    /// The last event that it may mean.
    public let sequence: UInt64
    /// The last segment of the log that held a group when it was given: no later one holds such
    /// events.
    public let segment: UInt64
    /// When it was given, µs.
    public let time: Int64
    /// Which events go.
    public let target: Target

    /// Whether all that the other one hides is hidden by this one as well.
    func includes(_ other: Tombstone) -> Bool {
        guard case .before(let time) = target, case .before(let earlier) = other.target else {
            return false
        }
        return time >= earlier && sequence >= other.sequence
    }

    /// Whether every event of such times and numbers is hidden.
    func hidesAll(in times: ClosedRange<Int64>, _ sequences: ClosedRange<UInt64>) -> Bool {
        guard case .before(let time) = target else { return false }
        return times.upperBound < time && sequences.upperBound <= sequence
    }

    /// Whether some event of such times and numbers may be hidden.
    func mayHide(in times: ClosedRange<Int64>, _ sequences: ClosedRange<UInt64>) -> Bool {
        guard sequences.lowerBound <= sequence else { return false }
        switch target {
        case .subject: return true
        case .before(let time): return times.lowerBound < time
        }
    }

    /// The same for a store whose log holds none of the events.
    var inNewLog: Tombstone {
        Tombstone(number: number, sequence: sequence, segment: 0, time: time, target: target)
    }
}
