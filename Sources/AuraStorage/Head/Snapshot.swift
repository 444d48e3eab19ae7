/// An immutable view of all events up to one watermark.
///
/// Cheap to copy; holds what it shows alive, and blocks nobody.
public struct Snapshot: Sendable {
    /// Full runs of strips, and the run that still grows: appending to the head copies at most one
    /// run, whoever holds snapshots.
    let runs: [[Strip]]
    let tail: [Strip]
    /// Sequence number of the last event that is visible; 0 if there is none.
    public let watermark: UInt64

    /// No events.
    public static let empty = Snapshot(runs: [], tail: [], watermark: 0)

    /// Calls `body` with every strip, in the order of sequence numbers, until it returns false.
    public func forEachStrip(from sequence: UInt64 = 0, _ body: (Strip) -> Bool) {
        for run in runs where (run.last?.endSequence ?? 0) > sequence {
            for strip in run where strip.endSequence > sequence {
                guard body(strip) else { return }
            }
        }
        for strip in tail where strip.endSequence > sequence {
            guard body(strip) else { return }
        }
    }
}
