import AuraCore
import AuraTesting
import Testing

@Suite struct BatchDamageTests {
    private static let start = Timestamp(seconds: 1_700_000_000)

    private static func time(_ microseconds: Int64) -> Timestamp {
        Timestamp(microseconds: start.microseconds + microseconds)
    }

    private static func everyType(_ row: Int64) -> Event {
        var event = Event(type: "t", time: time(row * 100_000))
        event.id = .uuid(UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210))
        let values: [AttributeValue] = [
            .bool(row == 1), .int64(row * 300), .float64(Double(row)), .string("s\(row)"),
            .timestamp(time(row << 40)), .ipPrefix(IPPrefix(v4: 192, 0, UInt8(row))),
        ]
        event.attributes = values.map { Attribute("the \($0.type.name)", $0) }
        return event
    }

    private static func sparse(_ row: Int64) -> Event {
        var event = Event(type: "b", time: time(row), id: .text("\(row)"))
        if row % 3 == 0 {
            event.type = "a"
        } else {
            event.attributes = [Attribute("x", row % 5 == 0 ? .int64(9) : .bool(true))]
        }
        return event
    }

    /// Small batches of different shapes.
    private static func samples() throws -> [[UInt8]] {
        try [
            encode([Event(type: "t", time: start)]),
            encode([Event(type: "t", time: start, attributes: [Attribute("n", .string(""))])]),
            encode((0..<3).map(everyType)), encode((0..<20).map(sparse)),
        ]
    }

    /// Reads everything back, twice: what was accepted must decode, encode and decode alike.
    private func readBack(_ bytes: [UInt8], _ note: @autoclosure () -> String) throws -> [Event] {
        let batch = try EventBatch(validating: bytes)
        let events = batch.events()
        try #require(events.count == batch.rowCount, "\(note())")
        for code in 0..<batch.layout.strings.count {
            try #require(batch.code(of: batch.string(code)) == code, "\(note())")
        }
        let again = try EventBatch(validating: encode(events)).events()
        try #require(Event.firstDifference(again, events) == nil, "\(note())")
        return events
    }

    @Test func `a flipped bit is refused or is another value of the same shape`() throws {
        var accepted = 0
        for (number, sample) in try BatchDamageTests.samples().enumerated() {
            let events = try EventBatch(validating: sample).events()
            let layout = try BatchLayout(validating: sample.rawSpan)
            let codes = 41..<42
            for bit in 0..<sample.count * 8 {
                var damaged = sample
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                guard (try? EventBatch(validating: damaged)) != nil else { continue }
                accepted += 1
                let note = "sample \(number), bit \(bit)"
                let read = try readBack(damaged, note)
                try #require(read.map(\.type.count) == events.map(\.type.count), "\(note)")
                try #require(read.map(\.valueCount) == events.map(\.valueCount), "\(note)")
                // No byte is without meaning: only an encoding's code may change and nothing else.
                if Event.firstDifference(read, events) == nil {
                    try #require(
                        codes.contains(bit / 8) || layout.isEncodingCode(bit / 8, in: sample),
                        "\(note)")
                }
            }
        }
        #expect(accepted > 1_000, "values can be flipped, so some must pass")
    }

    @Test func `no prefix of a batch is a batch, whatever size it claims`() throws {
        for (number, sample) in try BatchDamageTests.samples().enumerated() {
            for size in 0..<sample.count {
                var prefix = Array(sample[..<size])
                for claim in [sample.count, size] {
                    if size >= 8 { prefix.store(little: UInt32(claim), at: 4) }
                    let error = #expect(throws: FormatError.self) {
                        try EventBatch(validating: prefix)
                    }
                    // A cut may also turn the padding of one section into another's content.
                    #expect(
                        claim != sample.count || error?.condition == 1,
                        "sample \(number), \(size) bytes")
                }
            }
            for extra in [1, 8, 64] {
                var longer = sample + [UInt8](repeating: 0, count: extra)
                #expect(throws: FormatError.self) { try EventBatch(validating: longer) }
                longer.store(little: UInt32(longer.count), at: 4)
                let error = #expect(throws: FormatError.self) { try EventBatch(validating: longer) }
                #expect(error?.condition == 1)
            }
        }
    }

    @Test func `random damage never crashes a reader`() throws {
        var samples = try BatchDamageTests.samples()
        for seed in 0..<40 as Range<UInt64> {
            var generator = EventGenerator(seed: seed)
            let bytes = try encode(generator.batch())
            if bytes.count < 8_192 { samples.append(bytes) }
        }
        var accepted = 0
        var conditions: Set<Int> = []
        for seed in 0..<UInt64(Effort.count(100_000)) {
            var mutator = Mutator(seed: seed)
            let sample = samples[Int(seed) % samples.count]
            let donor = samples[Int(seed / 7) % samples.count]
            var damaged = mutator.mutate(sample, donor: donor)
            // Otherwise a wrong size would hide what lies behind it from most trials.
            if seed % 4 != 0, damaged.count >= 8 {
                damaged.pad(to: 8)
                damaged.store(little: UInt32(damaged.count), at: 4)
            }
            do throws(FormatError) {
                _ = try EventBatch(validating: damaged)
            } catch {
                conditions.insert(error.condition)
                #expect((0...damaged.count).contains(error.offset), "seed \(seed): \(error)")
                continue
            }
            accepted += 1
            _ = try readBack(damaged, "seed \(seed)")
        }
        #expect(accepted > 1_000)
        // What random damage reaches; the golden vectors reach the rest.
        #expect(conditions.isSuperset(of: 1...12))
    }
}

extension Event {
    fileprivate var valueCount: Int { attributes.count + (id == nil ? 0 : 1) }
}

extension BatchLayout {
    /// Whether that byte is the encoding of a column in the directory.
    fileprivate func isEncodingCode(_ offset: Int, in bytes: [UInt8]) -> Bool {
        let table = strings.bytesOffset + padded(stringBytes(in: bytes))
        let directory = table + padded(types.count * BatchLayout.typeEntrySize)
        let place = offset - directory
        return place >= 0 && place < columns.count * BatchLayout.columnEntrySize
            && place % BatchLayout.columnEntrySize == 5
    }

    private func stringBytes(in bytes: [UInt8]) -> Int {
        Int(bytes.rawSpan.load(20, as: UInt32.self))
    }

    private func padded(_ size: Int) -> Int { (size + 7) / 8 * 8 }
}
