public import AuraStorage
import Dispatch
import Logging
import Synchronization

/// What the reading over of all files at rest has come to.
public struct ScrubStatus: Hashable, Sendable {
    /// Rounds over the whole store that have ended.
    public var rounds: UInt64 = 0
    /// Bytes that were read in the present round.
    public var bytesRead: Int64 = 0
    /// Bytes that the present round has to read.
    public var bytes: Int64 = 0
    /// When the last round ended, µs; nil before the first has.
    public var lastRound: Int64?
    /// Places that were found damaged.
    public var findings: UInt64 = 0
    /// The last of them; nil if there is none.
    public var lastFinding: StorageError?
}

/// Reads over chunks and full segments again and again, slowly: rot is found while there is still a
/// copy elsewhere, not when somebody asks.
final class Scrubber: Sendable {
    /// What a round is to do, as long as it may.
    private struct Work: Sendable {
        let files: @Sendable () -> [RestingFile]
        let found: @Sendable (RestingFile) -> Void
    }

    private struct State: Sendable {
        var status = ScrubStatus()
        /// Nil before the beginning and after the end.
        var work: Work?
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "aura.scrub", qos: .background)
    private let bytesPerSecond: Int
    private let clock: @Sendable () -> Int64
    private let logger: Logger

    /// How long nothing is read after a round: a small store need not be read over all day.
    private static let pause = DispatchTimeInterval.seconds(3_600)
    /// The longest that closing waits for a sleep.
    private static let nap = 0.05

    init(bytesPerSecond: Int, clock: @escaping @Sendable () -> Int64, logger: Logger) {
        self.bytesPerSecond = bytesPerSecond
        self.clock = clock
        self.logger = logger
    }

    var status: ScrubStatus { state.withLock { $0.status } }
    private var work: Work? { state.withLock { $0.work } }

    /// Reads round after round.
    ///
    /// - Parameters:
    ///   - files: What a round is to read.
    ///   - found: Called with each file that is damaged and still one of the store's.
    func begin(
        _ files: @escaping @Sendable () -> [RestingFile],
        found: @escaping @Sendable (RestingFile) -> Void
    ) {
        guard bytesPerSecond > 0 else { return }
        state.withLock { $0.work = Work(files: files, found: found) }
        queue.async { self.round() }
    }

    private func round() {
        guard let all = work?.files() else { return }
        state.withLock {
            $0.status.bytesRead = 0
            $0.status.bytes = all.reduce(0) { $0 + $1.size }
        }
        for file in all {
            guard let work else { return }
            guard let error = file.check(pace: pace), isStillThere(file, work.files()) else {
                continue
            }
            state.withLock {
                $0.status.findings += 1
                $0.status.lastFinding = error
            }
            logger.error("rot was found: \(error)")
            work.found(file)
        }
        if work == nil { return }
        state.withLock {
            $0.status.rounds += 1
            $0.status.lastRound = clock()
        }
        queue.asyncAfter(deadline: .now() + Scrubber.pause) { [weak self] in self?.round() }
    }

    /// Files go while they are read: what is of no use any more may hold anything.
    private func isStillThere(_ file: RestingFile, _ present: [RestingFile]) -> Bool {
        present.contains { $0.name == file.name }
    }

    /// Counts bytes that were read and lets the time pass that they may take; false to end.
    private func pace(_ bytes: Int) -> Bool {
        state.withLock { $0.status.bytesRead += Int64(bytes) }
        var rest = Double(bytes) / Double(bytesPerSecond)
        while rest > 0, work != nil {
            let nap = min(rest, Scrubber.nap)
            _ = DispatchSemaphore(value: 0).wait(timeout: .now() + nap)
            rest -= nap
        }
        return work != nil
    }

    /// Reads no more, and waits for the piece that is being read.
    func close() {
        state.withLock { $0.work = nil }
        queue.sync {}
    }
}
