import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// What producers are remembered by, kept whole and looked up without thought.
private struct NaiveProducers {
    struct Producer {
        let name: String
        var epoch: UInt32 = 1
        /// Ingest time of its last record.
        var time: Int64 = 0
        var isForgotten = false
        /// All its batches, from number 1.
        var batches: [(hash: UInt64, first: UInt64, rows: Int)] = []
    }

    /// All that ever were, by handle.
    var producers: [Producer] = []

    var known: [Int] { producers.indices.filter { !producers[$0].isForgotten } }

    func index(of name: String) -> Int? { known.first { producers[$0].name == name } }

    /// The first of those that were idle for longest, if that is 7 days.
    func oldest(at time: Int64) -> Int? {
        var oldest = known.first
        for index in known where producers[index].time < producers[oldest ?? 0].time {
            oldest = index
        }
        return oldest.flatMap { time - producers[$0].time >= 7 * 86_400_000_000 ? $0 : nil }
    }

    func verdict(
        _ handle: UInt32, _ epoch: UInt32, _ number: UInt64, _ hash: UInt64
    ) -> Producers.Verdict {
        guard handle > 0, handle <= producers.count else { return .unknown }
        let producer = producers[Int(handle) - 1]
        if producer.isForgotten { return .unknown }
        if epoch < producer.epoch { return .fenced }
        if epoch > producer.epoch { return .unknown }
        let next = UInt64(producer.batches.count + 1)
        if number == next { return .next }
        if number == 0 || number > next { return .gap(expected: next) }
        if next - number > 64 { return .tooOld }
        let batch = producer.batches[Int(number) - 1]
        if batch.hash != hash { return .conflict }
        return .duplicate(firstSequence: batch.first, rowCount: batch.rows)
    }
}

@Suite struct ProducersTests {
    /// A run of random records, applied and taken back, in both.
    private struct Run {
        var random: SeededRandom
        var producers = Producers(capacity: Run.capacity)
        var naive = NaiveProducers()
        /// The records so far, how to take each back, and what was before it.
        var taken: [(record: RecordHeader, name: String, Producers.Undo, NaiveProducers)] = []
        var sequence: UInt64 = 1
        var now: Int64 = 0
        var verdicts: [String: Int] = [:]
        /// Openings that were refused, and producers that were forgotten for others.
        var refused = 0
        var forgotten = 0

        static let capacity = 3

        mutating func step() {
            // Now and then all producers have been idle for almost, or just, seven days.
            if random.chance(10) { now += Int64(5 + random.below(4)) * 86_400_000_000 }
            if random.chance(30) { now += 1 }
            switch random.below(40) {
            case 0...1: open()
            case 2...4: refuse()
            case 5: takeBack()
            default: append()
            }
        }

        mutating func open() {
            let name = "p\(random.below(6))"
            let before = naive
            var expected: (handle: Int, epoch: UInt32)?
            if let index = naive.index(of: name) {
                naive.producers[index].epoch += 1
                naive.producers[index].time = now
                expected = (index + 1, naive.producers[index].epoch)
            } else if naive.known.count < Run.capacity || naive.oldest(at: now) != nil {
                if naive.known.count == Run.capacity, let oldest = naive.oldest(at: now) {
                    naive.producers[oldest].isForgotten = true
                    forgotten += 1
                }
                naive.producers.append(.init(name: name, time: now))
                expected = (naive.producers.count, 1)
            }
            let opening = producers.opening(of: name, at: now)
            #expect(opening.map { Int($0.producer) } == expected?.handle)
            #expect(opening?.epoch == expected?.epoch)
            guard var record = opening else {
                refused += 1
                var record = RecordHeader(.producerOpen)
                record.producer = UInt32(naive.producers.count + 1)
                record.epoch = 1
                record.ingestTime = now
                let step = producers.apply(record, name: name)
                #expect(step == nil)
                return
            }
            record.firstSequence = sequence
            record.ingestTime = now
            take(record, name, before)
        }

        mutating func append() {
            guard !naive.known.isEmpty else { return }
            let index = random.element(of: naive.known)
            var record = RecordHeader(.append)
            record.ingestTime = now
            record.producer = UInt32(index + 1)
            record.epoch = naive.producers[index].epoch
            record.producerSequence = UInt64(naive.producers[index].batches.count + 1)
            record.firstSequence = sequence
            record.rowCount = 1 + random.below(9)
            record.clientHash = UInt64(random.below(1_000))
            let before = naive
            naive.producers[index].time = now
            naive.producers[index].batches.append(
                (record.clientHash, sequence, record.rowCount))
            sequence += UInt64(record.rowCount)
            take(record, "", before)
        }

        mutating func take(_ record: RecordHeader, _ name: String, _ before: NaiveProducers) {
            guard let step = producers.apply(record, name: name) else {
                Issue.record("a record that follows is refused: \(record)")
                return
            }
            taken.append((record, name, step, before))
        }

        /// A record that does not follow changes nothing.
        mutating func refuse() {
            guard !naive.known.isEmpty else { return }
            let index = random.element(of: naive.known)
            var record = RecordHeader(random.chance(50) ? .append : .producerOpen)
            record.ingestTime = now
            record.producer = UInt32(index + 1)
            record.epoch = naive.producers[index].epoch
            let next = UInt64(naive.producers[index].batches.count + 1)
            record.producerSequence = next
            switch random.below(3) {
            case 0:
                record.epoch += record.kind == .append ? 1 : 2
            case 1:
                record.producerSequence = random.chance(50) ? next + 1 : next - 1
            default:
                record.producer = random.chance(50) ? 0 : UInt32(naive.producers.count + 2)
            }
            // An opening that repeats its epoch is refused whatever its number.
            let step = producers.apply(record, name: naive.producers[index].name)
            #expect(step == nil, "\(record)")
        }

        mutating func takeBack() {
            for _ in 0..<min(taken.count, 1 + random.below(random.chance(80) ? 9 : 90)) {
                guard let (_, _, step, before) = taken.popLast() else { return }
                producers.undo(step)
                naive = before
            }
        }

        /// The same records, applied anew, must lead to the same.
        func replay(_ seed: UInt64) {
            var replayed = Producers(capacity: Run.capacity)
            for (record, name, _, _) in taken where replayed.apply(record, name: name) == nil {
                Issue.record("seed \(seed): \(record) does not follow when read again")
            }
            if replayed != producers {
                Issue.record("seed \(seed): what is read again differs")
            }
        }

        /// Asks both about a batch that may be anything near what was sent.
        mutating func compare(_ seed: UInt64) {
            if producers.count != naive.known.count {
                Issue.record("seed \(seed): \(producers.count) producers")
            }
            for _ in 0..<4 {
                let handle = UInt32(random.below(naive.producers.count + 2))
                let known =
                    handle > 0 && handle <= naive.producers.count
                    ? naive.producers[Int(handle) - 1] : NaiveProducers.Producer(name: "")
                let later = random.element(of: [-1, 0, 0, 0, 0, 0, 0, 1])
                let epoch = UInt32(max(0, Int(known.epoch) + later))
                let back = random.below(3) * 32 + random.below(5)
                let number = UInt64(max(0, known.batches.count + 2 - back))
                var hash = UInt64(random.below(1_000))
                if number > 0, number <= known.batches.count, random.chance(80) {
                    hash = known.batches[Int(number) - 1].hash
                }
                let verdict = producers.verdict(
                    producer: handle, epoch: epoch, sequence: number, clientHash: hash)
                let expected = naive.verdict(handle, epoch, number, hash)
                let kind = "\(expected)".prefix { $0 != "(" }
                verdicts[String(kind), default: 0] += 1
                if verdict != expected {
                    Issue.record("seed \(seed): \(verdict), expected \(expected)")
                }
            }
        }
    }

    @Test func `producers answer as a naive memory does, whatever is taken back`() {
        var verdicts: [String: Int] = [:]
        var (refused, forgotten) = (0, 0)
        for seed in 0..<UInt64(Effort.count(20)) {
            var run = Run(random: SeededRandom(seed: seed))
            for step in 0..<500 {
                run.step()
                run.compare(seed)
                if step % 20 == 0 { run.replay(seed) }
            }
            run.replay(seed)
            verdicts.merge(run.verdicts, uniquingKeysWith: +)
            refused += run.refused
            forgotten += run.forgotten
        }
        #expect(refused > 10 && forgotten > 10, "\(refused) \(forgotten)")
        let kinds = ["next", "duplicate", "conflict", "tooOld", "gap", "fenced", "unknown"]
        #expect(verdicts.keys.sorted() == kinds.sorted())
        #expect(verdicts.values.allSatisfy { $0 > 100 }, "\(verdicts)")
    }

    @Test func `numbers go on over openings, and old openings are fenced`() throws {
        var producers = Producers()
        for epoch: UInt32 in 1...3 {
            let record = try #require(producers.opening(of: "a", at: 0))
            #expect(record.epoch == epoch)
            let opened = producers.apply(record, name: "a")
            #expect(opened != nil)
            var batch = RecordHeader(.append)
            batch.producer = 1
            batch.epoch = epoch
            batch.producerSequence = UInt64(epoch)
            let appended = producers.apply(batch)
            #expect(appended != nil)
        }
        #expect(producers.nextSequence(of: 1) == 4)
        func verdict(_ epoch: UInt32) -> Producers.Verdict {
            producers.verdict(producer: 1, epoch: epoch, sequence: 4, clientHash: 0)
        }
        #expect(verdict(2) == .fenced)
        #expect(verdict(3) == .next)
        #expect(verdict(4) == .unknown)
    }

    @Test func `no more names are opened than the limit, and known ones still are`() throws {
        var producers = Producers()
        for index in 1...Limits.producers {
            let record = try #require(producers.opening(of: "p\(index)", at: 0))
            let opened = producers.apply(record, name: "p\(index)")
            try #require(opened != nil)
        }
        let week = Limits.producerIdle
        #expect(producers.opening(of: "one more", at: week - 1) == nil)
        #expect(producers.opening(of: "p7", at: week - 1)?.epoch == 2)
        #expect(producers.opening(of: "one more", at: week)?.producer == 10_001)
        #expect(producers.opening(of: "p7", at: week)?.epoch == 2)
    }

    @Test func `a forgotten name begins anew, and its old handle is nobody's`() throws {
        var producers = Producers(capacity: 1)
        func open(_ name: String, _ time: Int64) throws -> RecordHeader {
            var record = try #require(producers.opening(of: name, at: time))
            record.ingestTime = time
            let opened = producers.apply(record, name: name)
            try #require(opened != nil)
            return record
        }
        func verdict(_ record: RecordHeader) -> Producers.Verdict {
            producers.verdict(
                producer: record.producer, epoch: record.epoch, sequence: 1, clientHash: 0)
        }
        let week = Limits.producerIdle
        let first = try open("a", .min)
        // The distance of these times fits no integer of 64 bits.
        let other = try open("b", .max - 2 * week)
        #expect(verdict(first) == .unknown)
        #expect(producers.opening(of: "a", at: .max - week - 1) == nil)
        let again = try open("a", .max - week)
        #expect(verdict(other) == .unknown && verdict(first) == .unknown)
        #expect(verdict(again) == .next)
        #expect(again.producer == 3 && again.epoch == 1)
        #expect(producers.nextSequence(of: 3) == 1)
    }

    @Test func `names that only look alike are two producers`() throws {
        var producers = Producers()
        for (index, name) in ["\u{E9}", "e\u{301}"].enumerated() {
            let record = try #require(producers.opening(of: name, at: 0))
            #expect(record.producer == UInt32(index + 1) && record.epoch == 1)
            let opened = producers.apply(record, name: name)
            #expect(opened != nil)
        }
    }
}
