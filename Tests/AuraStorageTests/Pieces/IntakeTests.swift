import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct IntakeTests {
    private typealias Answers = [Int: AppendOutcome]

    /// An intake over an empty store.
    private func intake(
        memory: Int = 1 << 30, queue: Int = 1 << 30, segment: Int64 = 16 << 20
    ) throws -> Intake<Int> {
        var options = Storage.Options(incarnation: 5)
        options.segmentSize = segment
        let storage = try Storage(
            directory: "/store", fileSystem: SimulatedFileSystem(), options: options, now: 0)
        return Intake(storage, memoryLimit: memory, queueLimit: queue)
    }

    /// A batch of that many rows, unlike those of other marks.
    private func batch(_ mark: Int, rows: Int = 1, padding: Int = 0) throws -> EventBatch {
        var builder = BatchBuilder()
        var event = Event(type: "t", time: Timestamp(seconds: Int64(mark)))
        if padding > 0 {
            event.attributes = [Attribute("x", .string(String(repeating: "x", count: padding)))]
        }
        for _ in 0..<rows { try #require(try builder.append(event)) }
        let bytes = builder.finish()
        return try EventBatch(validating: #require(bytes))
    }

    private func append(
        _ batch: EventBatch, to intake: inout Intake<Int>, ticket: Int, producer: UInt32 = 0,
        epoch: UInt32 = 1, number: UInt64 = 0, now: Int64 = 0
    ) throws(Refusal) {
        try intake.append(
            batch.bytes, layout: batch.layout,
            origin: BatchOrigin(
                producer: producer, epoch: producer > 0 ? epoch : 0, sequence: number,
                clientHash: Checksum.hash64(batch.bytes)),
            ticket: ticket, now: now)
    }

    /// The next group, which must be there.
    private func take(_ intake: inout Intake<Int>) throws -> Intake<Int>.Batch {
        let batch = intake.take()
        return try #require(batch)
    }

    private func answers(_ batch: Intake<Int>.Batch) -> Answers {
        Dictionary(uniqueKeysWithValues: batch.answers.map { ($0.ticket, $0.outcome) })
    }

    private func refusal(_ body: () throws(Refusal) -> Void) -> Refusal? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    // MARK: Duplicates

    @Test func `a batch sent again while in flight is answered with its first, and never before`()
        throws
    {
        var intake = try intake()
        let batch = try batch(1, rows: 3)
        try intake.open(producer: "a", ticket: 0, now: 0)
        try append(batch, to: &intake, ticket: 1, producer: 1, number: 1)
        // Waiting.
        try append(batch, to: &intake, ticket: 2, producer: 1, number: 1)
        let first = try take(&intake)
        #expect(first.group.records.count == 2)
        #expect(first.group.eventCount == 3)
        #expect(
            answers(first) == [
                0: .opened(producer: 1, epoch: 1, nextSequence: 1),
                1: .stored(firstSequence: 1, rowCount: 3),
                2: .duplicate(firstSequence: 1, rowCount: 3),
            ])
        // Taken and not durable: the answer waits for a later group.
        try append(batch, to: &intake, ticket: 3, producer: 1, number: 1)
        intake.finish(headBytes: 0)
        let second = try take(&intake)
        #expect(second.group.isEmpty)
        #expect(answers(second) == [3: .duplicate(firstSequence: 1, rowCount: 3)])
        intake.finish(headBytes: 0)
        #expect(intake.isEmpty)
    }

    @Test func `a duplicate behind a failed commit is refused with it and can be stored anew`()
        throws
    {
        var intake = try intake()
        let batch = try batch(1)
        try intake.open(producer: "a", ticket: 0, now: 0)
        _ = intake.take()
        intake.finish(headBytes: 0)
        try append(batch, to: &intake, ticket: 1, producer: 1, number: 1)
        _ = try take(&intake)
        try append(batch, to: &intake, ticket: 2, producer: 1, number: 1)
        #expect(intake.fail(nextSequence: 1) == [2])
        #expect(intake.isEmpty)
        try append(batch, to: &intake, ticket: 3, producer: 1, number: 1)
        let again = try take(&intake)
        #expect(answers(again) == [3: .stored(firstSequence: 1, rowCount: 1)])
    }

    @Test func `what the producer's numbers forbid is refused and changes nothing`() throws {
        var intake = try intake()
        try intake.open(producer: "a", ticket: 0, now: 0)
        for number: UInt64 in 1...70 {
            try append(
                batch(Int(number)), to: &intake, ticket: Int(number), producer: 1, number: number)
        }
        func tried(
            _ mark: Int, _ number: UInt64, producer: UInt32 = 1, epoch: UInt32 = 1
        ) throws -> Refusal? {
            let batch = try batch(mark)
            return refusal { () throws(Refusal) in
                try append(
                    batch, to: &intake, ticket: -1, producer: producer, epoch: epoch,
                    number: number)
            }
        }
        #expect(try tried(1, 72) == .outOfSequence(expected: 71))
        #expect(try tried(1, 0) == .outOfSequence(expected: 71))
        #expect(try tried(1, 70) == .sequenceConflict(70))
        // Taken, so that it is answered when all before it are durable.
        #expect(try tried(6, 6) == nil)
        #expect(try tried(7, 71, producer: 2) == .unknownProducer)
        try intake.open(producer: "a", ticket: 71, now: 0)
        #expect(try tried(71, 71) == .fenced)
        let taken = try take(&intake)
        #expect(taken.answers.map(\.ticket) == Array(0...70) + [-1, 71])
        #expect(taken.answers[71].outcome == .forgotten)
        #expect(taken.answers.last?.outcome == .opened(producer: 1, epoch: 2, nextSequence: 71))
        #expect(taken.group.eventCount == 70)
    }

    // MARK: Failed commits

    @Test func `a failed commit takes back producers, numbers and bytes`() throws {
        var intake = try intake(queue: 3_000)
        try intake.open(producer: "a", ticket: 0, now: 0)
        try append(batch(1, rows: 2), to: &intake, ticket: 1, producer: 1, number: 1)
        let kept = try take(&intake)
        intake.finish(headBytes: 0)
        #expect(kept.group.eventCount == 2)
        // Fails: a second opening, two batches, another producer, some of them still waiting.
        try intake.open(producer: "a", ticket: 2, now: 0)
        try append(batch(2), to: &intake, ticket: 3, producer: 1, epoch: 2, number: 2)
        _ = try take(&intake)
        try append(batch(3), to: &intake, ticket: 4, producer: 1, epoch: 2, number: 3)
        try intake.open(producer: "b", ticket: 5, now: 0)
        try append(batch(4), to: &intake, ticket: 6)
        #expect(intake.fail(nextSequence: 3) == [4, 5, 6])
        #expect(intake.isEmpty)
        // As it was before: epoch 1, number 2, event 3, no producer "b", all of the queue.
        let second = try batch(2)
        let refused = refusal { () throws(Refusal) in
            try append(second, to: &intake, ticket: 7, producer: 2, number: 1)
        }
        #expect(refused == .unknownProducer)
        try append(second, to: &intake, ticket: 8, producer: 1, number: 2)
        try intake.open(producer: "c", ticket: 9, now: 0)
        let full = try batch(5, padding: 2_000)
        try append(full, to: &intake, ticket: 10)
        let after = try take(&intake)
        #expect(after.group.records.first?.header.firstSequence == 3)
        let expected: Answers = [
            8: .stored(firstSequence: 3, rowCount: 1),
            9: .opened(producer: 2, epoch: 1, nextSequence: 1),
            10: .stored(firstSequence: 4, rowCount: 1),
        ]
        #expect(answers(after) == expected)
    }

    // MARK: Limits

    @Test func `what waits is limited, and what is durable makes room again`() throws {
        let large = try batch(1, padding: 1_000)
        let size = large.layout.size + RecordHeader.size
        var intake = try intake(queue: 3 * size)
        for ticket in 0..<3 { try append(large, to: &intake, ticket: ticket) }
        func isRefused() -> Refusal? {
            refusal { () throws(Refusal) in try append(large, to: &intake, ticket: 9) }
        }
        #expect(isRefused() == .overloaded)
        _ = try take(&intake)
        #expect(isRefused() == .overloaded, "a group that is not durable still takes its bytes")
        intake.finish(headBytes: 0)
        #expect(isRefused() == nil)
    }

    @Test func `memory is limited, head and what waits together`() throws {
        let large = try batch(1, padding: 1_000)
        let size = large.layout.size + RecordHeader.size
        var intake = try intake(memory: 10_000 + 2 * size)
        intake.headBytes = 10_000
        for ticket in 0..<2 { try append(large, to: &intake, ticket: ticket) }
        func isRefused() -> Refusal? {
            refusal { () throws(Refusal) in try append(large, to: &intake, ticket: 9) }
        }
        #expect(isRefused() == .memoryFull)
        _ = try take(&intake)
        #expect(isRefused() == .memoryFull)
        intake.finish(headBytes: 10_000 + 2 * size)
        #expect(isRefused() == .memoryFull)
        intake.headBytes = 0
        #expect(isRefused() == nil)
    }

    @Test(arguments: [(Int64(16 << 20), Limits.groupBytes, 3), (1 << 22, (1 << 22) - 4_096, 5)])
    func `groups end at their limit, and a batch is never split`(
        _ segment: Int64, _ limit: Int, _ count: Int
    ) throws {
        var intake = try intake(segment: segment)
        let large = try batch(1, padding: 1_000_000)
        for ticket in 0..<20 { try append(large, to: &intake, ticket: ticket) }
        var sequence: UInt64 = 1
        var groups = 0
        while let next = intake.take() {
            #expect(next.group.size <= limit)
            #expect(next.group.records.first?.header.firstSequence == sequence)
            sequence += UInt64(next.group.eventCount)
            groups += 1
            intake.finish(headBytes: 0)
        }
        #expect(sequence == 21)
        #expect(groups == count)
    }

    @Test func `a producer's name has 1 to 128 bytes, and names are limited in number`() throws {
        var intake = try intake()
        func opening(_ name: String, _ now: Int64 = 0) -> Refusal? {
            refusal { () throws(Refusal) in try intake.open(producer: name, ticket: 0, now: now) }
        }
        #expect(opening("") == .badName)
        #expect(opening(String(repeating: "é", count: 64)) == nil)
        #expect(opening(String(repeating: "é", count: 64) + "x") == .badName)
        for index in 1..<Limits.producers {
            try #require(opening("p\(index)") == nil)
        }
        #expect(opening("one more") == .tooManyProducers)
        #expect(opening("p1") == nil)
        // The times of the log count, not the clock: it may have been set back since.
        #expect(opening("p2", Limits.producerIdle) == nil)
        #expect(opening("one more", 0) == nil)
        #expect(opening("p2", 0) == nil)
    }

    @Test func `whom a full store forgets is the same after a restart`() throws {
        let disk = SimulatedFileSystem()
        var options = Storage.Options(incarnation: 5)
        options.segmentSize = 2 << 20
        var storage = try Storage(directory: "/store", fileSystem: disk, options: options, now: 0)
        var intake = Intake<Int>(storage, memoryLimit: 1 << 30)
        func commit(_ now: Int64) throws {
            while let next = intake.take() {
                try storage.append(next.group, now: now)
                intake.finish(headBytes: 0)
            }
        }
        for index in 1...Limits.producers {
            try intake.open(producer: "p\(index)", ticket: 0, now: Int64(index / 10))
        }
        try commit(1_000)
        // Those of the first ingest time go first, the lowest handles of them before others.
        let later = Limits.producerIdle + 1_000
        try append(batch(1), to: &intake, ticket: 0, producer: 1, number: 1, now: later)
        for name in ["new", "newer", "p2"] {
            try intake.open(producer: name, ticket: 0, now: later)
        }
        try commit(later)
        let another = try batch(2)
        func check(_ intake: Intake<Int>) throws {
            var intake = intake
            for (producer, isKnown) in [
                (1, true), (2, false), (3, false), (4, false), (5, true),
            ] {
                let refused = refusal { () throws(Refusal) in
                    try intake.append(
                        another.bytes, layout: another.layout,
                        origin: BatchOrigin(
                            producer: UInt32(producer), epoch: 1, sequence: 9, clientHash: 0),
                        ticket: 0, now: later)
                }
                let next: UInt64 = producer == 1 ? 2 : 1
                let expected: Refusal = isKnown ? .outOfSequence(expected: next) : .unknownProducer
                #expect(refused == expected, "\(producer)")
            }
        }
        try check(intake)
        let reopened = try Storage(
            directory: "/store", fileSystem: disk.crash(image: .allLost), options: options,
            now: later)
        try check(Intake<Int>(reopened, memoryLimit: 1 << 30))
        #expect(reopened.producers.count == Limits.producers)
    }

    @Test func `ingest times never descend, whatever the clock does`() throws {
        var intake = try intake()
        for (ticket, now) in [Int64(500), 300, 501, .min].enumerated() {
            try append(batch(ticket), to: &intake, ticket: ticket, now: now)
        }
        let taken = try take(&intake)
        #expect(taken.group.records.map(\.header.ingestTime) == [500, 500, 501, 501])
    }
}
