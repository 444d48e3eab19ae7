import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// What producers are remembered by, kept whole and looked up without thought.
private struct NaiveProducers {
    struct Producer {
        let name: String
        var epoch: UInt32 = 1
        /// All its batches, from number 1.
        var batches: [(hash: UInt64, first: UInt64, rows: Int)] = []
    }

    var producers: [Producer] = []

    func verdict(
        _ handle: UInt32, _ epoch: UInt32, _ number: UInt64, _ hash: UInt64
    ) -> Producers.Verdict {
        guard handle > 0, handle <= producers.count else { return .unknown }
        let producer = producers[Int(handle) - 1]
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
        var producers = Producers()
        var naive = NaiveProducers()
        var undone: [(Producers.Undo, NaiveProducers)] = []
        var sequence: UInt64 = 1
        var verdicts: [String: Int] = [:]

        mutating func step() {
            switch random.below(40) {
            case 0: open()
            case 1...3: refuse()
            case 4: takeBack()
            default: append()
            }
        }

        mutating func open() {
            let name = "p\(random.below(3))"
            guard var record = producers.opening(of: name) else { return }
            record.firstSequence = sequence
            let before = naive
            if let index = naive.producers.firstIndex(where: { $0.name == name }) {
                naive.producers[index].epoch += 1
                #expect(record.producer == UInt32(index + 1))
                #expect(record.epoch == naive.producers[index].epoch)
            } else {
                naive.producers.append(.init(name: name))
                #expect(record.producer == UInt32(naive.producers.count))
                #expect(record.epoch == 1)
            }
            take(record, name, before)
        }

        mutating func append() {
            guard !naive.producers.isEmpty else { return }
            let index = random.below(naive.producers.count)
            var record = RecordHeader(.append)
            record.producer = UInt32(index + 1)
            record.epoch = naive.producers[index].epoch
            record.producerSequence = UInt64(naive.producers[index].batches.count + 1)
            record.firstSequence = sequence
            record.rowCount = 1 + random.below(9)
            record.clientHash = UInt64(random.below(1_000))
            let before = naive
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
            undone.append((step, before))
        }

        /// A record that does not follow changes nothing.
        mutating func refuse() {
            guard !naive.producers.isEmpty else { return }
            let index = random.below(naive.producers.count)
            var record = RecordHeader(random.chance(50) ? .append : .producerOpen)
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
            for _ in 0..<min(undone.count, 1 + random.below(random.chance(80) ? 9 : 90)) {
                guard let (step, before) = undone.popLast() else { return }
                producers.undo(step)
                naive = before
            }
        }

        /// Asks both about a batch that may be anything near what was sent.
        mutating func compare(_ seed: UInt64) {
            if producers.count != naive.producers.count {
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
        for seed in 0..<UInt64(Effort.count(20)) {
            var run = Run(random: SeededRandom(seed: seed))
            for _ in 0..<500 {
                run.step()
                run.compare(seed)
            }
            verdicts.merge(run.verdicts, uniquingKeysWith: +)
        }
        let kinds = ["next", "duplicate", "conflict", "tooOld", "gap", "fenced", "unknown"]
        #expect(verdicts.keys.sorted() == kinds.sorted())
        #expect(verdicts.values.allSatisfy { $0 > 100 }, "\(verdicts)")
    }

    @Test func `numbers go on over openings, and old openings are fenced`() throws {
        var producers = Producers()
        for epoch: UInt32 in 1...3 {
            let record = try #require(producers.opening(of: "a"))
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
            let record = try #require(producers.opening(of: "p\(index)"))
            let opened = producers.apply(record, name: "p\(index)")
            try #require(opened != nil)
        }
        #expect(producers.opening(of: "one more") == nil)
        #expect(producers.opening(of: "p7")?.epoch == 2)
    }
}
