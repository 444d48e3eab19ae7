import AuraCore
import AuraStorage
import Foundation

/// Measures flushes alone, in this process, on one thread.
///
/// `aura-flush DIRECTORY ROUNDS [derived] [rolled]`: takes batches from the standard input, as `aura-batches`
/// writes them, into a new store, and flushes whenever the store wants to; each flush is run that
/// many times, and the fastest counts. With `derived`, columns are derived from each other, as in
/// chunks that are merged; with `rolled` there is an index, which is written as well, and rollups.
/// Prints one JSON object.
@main
struct AuraFlush {
    private var storage: Storage
    private let rounds: Int
    private var events = 0
    private var bytes: Int64 = 0
    private var processorTime = 0.0
    private var wallTime = 0.0

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let rounds = Int(arguments[2]), rounds > 0,
            arguments.dropFirst(3).allSatisfy({ ["derived", "rolled"].contains($0) })
        else { throw Failure("usage: aura-flush DIRECTORY ROUNDS [derived] [rolled] <BATCHES") }
        var flush = try AuraFlush(
            directory: arguments[1], rounds: rounds, derivesColumns: arguments.contains("derived"),
            isRolledUp: arguments.contains("rolled"))
        try flush.run()
    }

    private init(
        directory: String, rounds: Int, derivesColumns: Bool, isRolledUp: Bool
    ) throws {
        var options = Storage.Options(incarnation: 1)
        options.indexPlan = isRolledUp ? .standard : nil
        options.chunkLayout.derivesColumns = derivesColumns
        storage = try Storage(
            directory: directory, fileSystem: PosixFileSystem(), options: options, now: 0)
        self.rounds = rounds
        guard storage.nextSequence == 1 else { throw Failure("\(directory) is not empty") }
    }

    private mutating func run() throws {
        while let batch = try AuraFlush.readBatch() {
            try append(batch)
            if storage.wantsFlush { try flush() }
        }
        try flush()
        try storage.close(now: 0)
        let perEvent = 1e9 / Double(max(1, events))
        print(
            """
            {"events": \(events), "bytes": \(bytes), \
            "cpu_ns_per_event": \(Int(processorTime * perEvent)), \
            "wall_ns_per_event": \(Int(wallTime * perEvent))}
            """)
    }

    /// The next batch of the standard input; nil at its end.
    private static func readBatch() throws -> [UInt8]? {
        guard let head = try FileHandle.standardInput.read(upToCount: 4), !head.isEmpty else {
            return nil
        }
        let size = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard head.count == 4, let bytes = try FileHandle.standardInput.read(upToCount: size),
            bytes.count == size
        else { throw Failure("the input ends in the middle of a batch") }
        return [UInt8](bytes)
    }

    private mutating func append(_ bytes: [UInt8]) throws {
        let layout = try BatchLayout(validating: bytes.rawSpan)
        var header = RecordHeader(.append)
        header.firstSequence = storage.nextSequence
        header.rowCount = layout.rowCount
        header.payloadHash = Checksum.hash64(bytes.rawSpan)
        header.clientHash = header.payloadHash
        var group = CommitGroup(capacity: bytes.count)
        group.append(header, payload: bytes.rawSpan, layout: layout)
        try storage.append(group, now: 0)
    }

    /// Flushes what is in memory, and counts the fastest of all rounds.
    private mutating func flush() throws {
        guard let job = storage.beginFlush() else { return }
        var best = (processor: Double.infinity, wall: Double.infinity)
        var flushed: FlushedChunk?
        for _ in 0..<rounds {
            let processor = AuraFlush.seconds(CLOCK_THREAD_CPUTIME_ID)
            let wall = AuraFlush.seconds(CLOCK_MONOTONIC)
            flushed = try job.run()
            best.processor = min(
                best.processor, AuraFlush.seconds(CLOCK_THREAD_CPUTIME_ID) - processor)
            best.wall = min(best.wall, AuraFlush.seconds(CLOCK_MONOTONIC) - wall)
        }
        processorTime += best.processor
        wallTime += best.wall
        events += flushed?.rowCount ?? 0
        bytes += flushed?.byteCount ?? 0
        try storage.endFlush(flushed, now: 0).remove()
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Why nothing could be measured.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
