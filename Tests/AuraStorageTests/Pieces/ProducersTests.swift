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

        mutating func step() {
            switch random.below(12) {
            case 0: open()
            case 1: refuse()
            case 2: takeBack()
            default: append()
            }
        }

        mutating func open() {
            let name = "p\(random.below(6))"
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
            for _ in 0..<min(undone.count, 1 + random.below(90)) {
                guard let (step, before) = undone.popLast() else { return }
                producers.undo(step)
                naive = before
            }
        }

        /// Asks both about a batch that may be anything near what was sent.
        mutating func compare(_ seed: UInt64) {
            #expect(producers.count == naive.producers.count)
            for _ in 0..<4 {
                let handle = UInt32(random.below(naive.producers.count + 2))
                let known =
                    handle > 0 && handle <= naive.producers.count
                    ? naive.producers[Int(handle) - 1] : NaiveProducers.Producer(name: "")
                let epoch = UInt32(max(0, Int(known.epoch) + (random.below(8) - 1) / 6))
                let back = random.chance(50) ? random.below(4) : random.below(80)
                let number = UInt64(max(0, known.batches.count + 2 - back))
                var hash = UInt64(random.below(1_000))
                if number > 0, number <= known.batches.count, random.chance(80) {
                    hash = known.batches[Int(number) - 1].hash
                }
                let verdict = producers.verdict(
                    producer: handle, epoch: epoch, sequence: number, clientHash: hash)
                #expect(verdict == naive.verdict(handle, epoch, number, hash), "seed \(seed)")
            }
        }
    }

    @Test func `producers answer as a naive memory does, whatever is taken back`() {
        var verdicts = 0
        for seed in 0..<UInt64(Effort.count(40)) {
            var run = Run(random: SeededRandom(seed: seed))
            for _ in 0..<400 {
                run.step()
                run.compare(seed)
                verdicts += 4
            }
        }
        #expect(verdicts >= 64_000)
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
