import Synchronization

/// Gives out the numbers of new chunks and checkpoints: whoever writes one in the background takes
/// its own.
final class ChunkNumbers: Sendable {
    private let last: Mutex<UInt64>

    init(behind last: UInt64) {
        self.last = Mutex(last)
    }

    /// A number that no chunk or checkpoint of this store has or had since it was opened.
    func next() -> UInt64 {
        last.withLock { last in
            last += 1
            return last
        }
    }
}
