import AuraCore
import AuraTesting
import Foundation
import Testing

@Suite struct UUIDBytesTests {
    @Test func `text agrees with Foundation's UUID`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<Effort.count(2_000) {
            let uuid = UUIDBytes(high: random.next(), low: random.next())
            let bytes = (0..<16).map { index in
                let half = index < 8 ? uuid.high : uuid.low
                return UInt8(truncatingIfNeeded: half >> UInt64((7 - index % 8) * 8))
            }
            let expected = unsafe bytes.withUnsafeBytes { unsafe $0.load(as: uuid_t.self) }
            #expect(uuid.description == UUID(uuid: expected).uuidString.lowercased())
            #expect(UUIDBytes(canonical: uuid.description) == uuid)
        }
    }

    @Test func `the order is that of the text`() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<2_000 {
            let left = UUIDBytes(high: random.next() >> 62, low: random.next())
            let right = UUIDBytes(high: random.next() >> 62, low: random.next())
            #expect((left < right) == (left.description < right.description))
        }
    }

    @Test func `only the canonical form is read`() {
        let good = "01234567-89ab-cdef-0123-456789abcdef"
        let high: UInt64 = 0x0123_4567_89AB_CDEF
        #expect(UUIDBytes(canonical: good) == UUIDBytes(high: high, low: high))
        #expect(UUIDBytes(canonical: good.dropLast(0)) != nil)
        let bad = [
            "", "-", good.uppercased(), "{\(good)}", good + "0", String(good.dropLast()),
            " " + good,
            "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdeg",
            "01234567-89ab-cdef-0123-456789abcde\u{301}", "01234567_89ab_cdef_0123_456789abcdef",
            "0123456-789ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdé",
            "01234567-89ab-cdef-0123-456789abcde\u{0}", "+1234567-89ab-cdef-0123-456789abcdef",
        ]
        for text in bad { #expect(UUIDBytes(canonical: text) == nil, "\(text)") }
    }

    @Test func `whatever is read is written the same`() {
        var accepted = 0
        for seed in 0..<UInt64(Effort.count(20_000)) {
            var mutator = Mutator(seed: seed)
            let bytes = mutator.mutate(Array("01234567-89ab-cdef-0123-456789abcdef".utf8))
            guard let uuid = UUIDBytes(canonical: bytes.rawSpan) else { continue }
            accepted += 1
            #expect(Array(uuid.description.utf8) == bytes, "seed \(seed)")
        }
        #expect(accepted > 100)
    }

    @Test func `an id that is a canonical UUID is kept as one, any other as text`() {
        let text = "01234567-89ab-cdef-0123-456789abcdef"
        #expect(
            EventID(text)
                == .uuid(UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: 0x0123_4567_89AB_CDEF)))
        #expect(EventID(text.uppercased()) == .text(text.uppercased()))
        #expect(EventID("") == .text(""))
    }
}
