import AuraCore
import AuraTesting
import AuraWire
import NIOCore
import Testing

@Suite struct MessageTests {
    private func payload(_ message: some WireMessage) -> [UInt8] {
        var buffer = ByteBuffer()
        message.encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test func `every beginning of a payload is refused, and what follows one is ignored`() throws {
        for vector in WireVector.all {
            let payload = Array(vector.encoded.dropFirst(FrameHeader.size))
            let opcode = try #require(Opcode(rawValue: vector.frame.opcode))
            for count in 0..<payload.count where opcode.fixedPartSize == 0 || count < 32 {
                #expect(throws: FormatError.self, "\(vector.name), \(count) bytes") {
                    try check(opcode, Array(payload.prefix(count)).rawSpan)
                }
            }
            guard opcode != .append else { continue }
            let longer = payload + [1, 2, 3, 4, 5]
            #expect(try vector.isRead(longer.rawSpan), "\(vector.name)")
        }
    }

    @Test func `random counts come back as they were`() throws {
        for seed in 0..<UInt64(Effort.count(2_000)) {
            var random = SeededRandom(seed: seed)
            let request = random.countRequest()
            let bytes = payload(request)
            #expect(try CountRequest(payload: bytes.rawSpan) == request, "seed \(seed)")
            let counts = random.counts()
            let encoded = payload(counts)
            #expect(try Counts(payload: encoded.rawSpan) == counts, "seed \(seed)")
            let rows = counts.rows.reduce(0) { $0 + $1.encodedSize }
            let missing = counts.missing.reduce(0) { $0 + 44 + $1.chunk.utf8.count }
            #expect(encoded.count == 18 + rows + missing, "seed \(seed)")
        }
    }

    @Test func `texts for people are cut at a character, and names too`() throws {
        let long = String(repeating: "ä", count: 5_000)
        let failure = WireFailure(.badQuery, detail: long)
        let read = try WireFailure(payload: payload(failure).rawSpan)
        #expect(read.message.utf8.count <= WireLimits.textBytes)
        #expect(read.message.contains("ä") && read.message.hasSuffix(FailureCode.badQuery.remedy))
        let hello = try Hello(payload: payload(Hello(clientName: long)).rawSpan)
        #expect(hello.clientName == String(repeating: "ä", count: 128))
    }

    @Test func `a failure that a later version knows keeps its number and class`() throws {
        var failure = WireFailure(.overloaded)
        failure.number = 999
        let read = try WireFailure(payload: payload(failure).rawSpan)
        #expect(read.code == nil)
        #expect(read.number == 999)
        #expect(read.failureClass == .retry)
    }

    @Test func `each failure has words for people`() {
        for code in FailureCode.allCases {
            #expect(!code.summary.isEmpty && !code.remedy.isEmpty, "\(code)")
            let failure = WireFailure(code, detail: "the detail")
            #expect(failure.message == "\(code.summary) (the detail); \(code.remedy)")
            #expect(failure.code == code)
        }
        #expect(Set(FailureCode.allCases.map(\.summary)).count == FailureCode.allCases.count)
    }

    @Test func `broken conditions have failures of their own`() {
        func code(_ condition: Int) -> FailureCode {
            FailureCode(wire: FormatError(.wire, condition, at: 0, ""))
        }
        #expect(code(2) == .badMagic && code(3) == .badVersion && code(4) == .badHeaderChecksum)
        #expect(code(6) == .frameTooLarge && code(7) == .badPayloadChecksum)
        #expect(code(8) == .unknownOpcode && code(10) == .badPayloadChecksum)
        #expect(code(1) == .malformed && code(5) == .malformed && code(9) == .malformed)
        #expect(code(11) == .malformed)
    }

    @Test func `sequence numbers of rows follow the ranges`() {
        var head = EventsHead(first: 10, last: 40)
        #expect(head.sequences(rowCount: 3) == [10, 11, 12])
        head.ranges = [
            EventsHead.Range(first: 11, count: 2), EventsHead.Range(first: 30, count: 5),
        ]
        #expect(head.sequences(rowCount: 4) == [11, 12, 30, 31])
        #expect(head.sequences(rowCount: 9) == [11, 12, 30, 31, 32, 33, 34])
        head.ranges = [EventsHead.Range(first: 11, count: .max - 20)]
        #expect(head.sequences(rowCount: 2) == [11, 12])
    }

    // MARK: - Fuzzing

    @Test func `mutated frames are refused or read, never more`() throws {
        let corpus = WireVector.all.map(\.encoded)
        var read = 0
        for seed in 0..<UInt64(Effort.count(20_000)) {
            var mutator = Mutator(seed: seed)
            var random = SeededRandom(seed: seed)
            var bytes = mutator.mutate(
                random.element(of: corpus), donor: random.element(of: corpus))
            // Hashes made good, so that most of it reaches the messages.
            if bytes.count >= FrameHeader.size, random.chance(80) {
                bytes.replaceSubrange(0..<4, with: Array("AUR1".utf8))
                bytes.store(little: UInt16(1), at: 4)
                if random.chance(80) {
                    bytes.store(little: UInt32(bytes.count - FrameHeader.size), at: 12)
                    bytes.store(little: UInt32(0), at: 16)
                }
                bytes.store(little: Checksum.hash32(bytes.rawSpan.slice(0, 20)), at: 20)
                let start = min(
                    FrameHeader.size + (Opcode(rawValue: bytes[6])?.fixedPartSize ?? 0), bytes.count
                )
                bytes.store(
                    little: Checksum.hash64(bytes.rawSpan.slice(start, bytes.count - start)), at: 24
                )
                if start == 64, random.chance(80) {
                    bytes.store(little: Checksum.hash32(bytes.rawSpan.slice(32, 28)), at: 60)
                }
            }
            do throws(FormatError) {
                if try check(bytes) { read += 1 }
            } catch {
                #expect((1...11).contains(error.condition), "seed \(seed): \(error)")
                #expect(error.format == .wire, "seed \(seed)")
            }
        }
        // Otherwise the mutations would not get past the hashes.
        #expect(read > Effort.count(1_000), "\(read) frames were read")
    }

    @Test func `random payloads are refused or read, never more`() {
        for seed in 0..<UInt64(Effort.count(20_000)) {
            var random = SeededRandom(seed: seed)
            var bytes = random.bytes(random.below(200))
            // Small numbers, so that counts and sizes are believed.
            for index in bytes.indices where random.chance(60) { bytes[index] = 0 }
            let opcode = random.element(of: Opcode.allCases)
            if opcode.fixedPartSize > 0, bytes.count >= 32 {
                bytes.store(little: Checksum.hash32(bytes.rawSpan.slice(0, 28)), at: 28)
            }
            do throws(FormatError) {
                try check(opcode, bytes.rawSpan)
            } catch {
                #expect((1...11).contains(error.condition), "seed \(seed): \(error)")
            }
        }
    }
}

extension SeededRandom {
    fileprivate mutating func text() -> String {
        element(of: ["", "a", "user.login", "properties.device", "größe", "\u{1F600}", "x y"])
    }

    fileprivate mutating func value() -> AttributeValue {
        switch below(7) {
        case 0: .bool(chance(50))
        case 1: .int64(Int64(bitPattern: next()))
        case 2: .float64(Double(below(1_000)) / 7)
        case 3: .string(text())
        case 4: .timestamp(Timestamp(microseconds: Int64(below(1 << 50))))
        case 5: .uuid(UUIDBytes(high: next(), low: next()))
        default:
            IPPrefix(truncating: "10.\(below(256)).3.0").map(AttributeValue.ipPrefix)
                ?? .bool(false)
        }
    }

    fileprivate mutating func countRequest() -> CountRequest {
        var request = CountRequest()
        request.types = (0..<below(4)).map { _ in text() }
        if chance(50) { request.start = Timestamp(microseconds: Int64(bitPattern: next())) }
        if chance(50) { request.end = Timestamp(microseconds: Int64(bitPattern: next())) }
        request.filters = (0..<below(4)).map { _ in
            CountRequest.Filter(attribute: text(), values: (0..<below(4)).map { _ in value() })
        }
        request.groupings = (0..<below(5)).map { _ in
            switch below(3) {
            case 0: .type
            case 1: .bucket(microseconds: Int64(bitPattern: next()))
            default: .attribute(text())
            }
        }
        return request
    }

    fileprivate mutating func counts() -> Counts {
        let keys = below(5)
        return Counts(
            watermark: next(), isComplete: chance(50),
            rows: (0..<below(20)).map { _ in
                Counts.Row(
                    keys: (0..<keys).map { _ in
                        switch below(3) {
                        case 0: .type(text())
                        case 1: .bucket(Timestamp(microseconds: Int64(bitPattern: next())))
                        default: .attribute(chance(20) ? nil : value())
                        }
                    }, count: next(), first: Timestamp(microseconds: Int64(bitPattern: next())),
                    last: Timestamp(microseconds: Int64(bitPattern: next())))
            },
            missing: (0..<below(3)).map { number in
                let (first, time) = (next() >> 1, Timestamp(microseconds: Int64(number)))
                return MissingEvents(
                    chunk: text(), count: next(), sequences: first...first + UInt64(below(9)),
                    times: time...time)
            })
    }
}
