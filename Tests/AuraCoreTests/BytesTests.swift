@testable import AuraCore
import AuraTesting
import Testing

@Suite struct BytesTests {
    /// Two arrays that share a prefix, so that comparison goes deep.
    private func pair(_ random: inout SeededRandom) -> ([UInt8], [UInt8]) {
        let common = random.bytes(random.below(20))
        func tail() -> [UInt8] {
            random.chance(50)
                ? random.bytes(random.below(20))
                : (0..<random.below(3)).map { _ in [0, 1, 127, 128, 255][random.below(5)] }
        }
        return (common + tail(), common + tail())
    }

    private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.rawSpan.isEqual(right.rawSpan)
    }

    private func isZero(_ bytes: [UInt8]) -> Bool { bytes.rawSpan.isZero }

    @Test func `bytes compare as they do one by one`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<Effort.count(20_000) {
            let (left, right) = pair(&random)
            let order = compareBytes(left.rawSpan, right.rawSpan)
            #expect((order < 0) == left.lexicographicallyPrecedes(right), "\(left) \(right)")
            #expect((order > 0) == right.lexicographicallyPrecedes(left), "\(left) \(right)")
            #expect((order == 0) == (left == right), "\(left) \(right)")
            #expect(isEqual(left, right) == (left == right), "\(left) \(right)")
        }
    }

    @Test func `every single difference within 20 bytes is seen, in its direction`() {
        for size in 1...20 {
            for place in 0..<size {
                for (low, high) in [(0, 1), (0, 255), (127, 128), (254, 255)] as [(UInt8, UInt8)] {
                    var left = [UInt8](repeating: 0x80, count: size)
                    var right = left
                    left[place] = low
                    right[place] = high
                    // What follows the first difference must not matter.
                    if place + 1 < size { left[place + 1] = 255 }
                    #expect(compareBytes(left.rawSpan, right.rawSpan) < 0)
                    #expect(compareBytes(right.rawSpan, left.rawSpan) > 0)
                    #expect(!isEqual(left, right))
                }
            }
        }
    }

    @Test func `one byte that is not zero is found wherever it is`() {
        for size in 0...20 {
            #expect(isZero([UInt8](repeating: 0, count: size)))
            for place in 0..<size {
                for bit in 0..<8 {
                    var bytes = [UInt8](repeating: 0, count: size)
                    bytes[place] = 1 << UInt8(bit)
                    #expect(!isZero(bytes))
                    #expect(BatchScan.isASCII(bytes.rawSpan) == (bit < 7))
                }
            }
        }
    }

    @Test func `integers are stored little-endian at any alignment`() {
        var bytes: [UInt8] = [0xFF]
        bytes.append(little: UInt32(0x0102_0304))
        bytes.append(little: Int64(-2))
        #expect(bytes == [0xFF, 4, 3, 2, 1, 0xFE, 255, 255, 255, 255, 255, 255, 255])
        let (first, second) = (
            bytes.rawSpan.load(1, as: UInt32.self), bytes.rawSpan.load(5, as: Int64.self)
        )
        #expect(first == 0x0102_0304 && second == -2)
        bytes.store(little: UInt16(0xABCD), at: 3)
        #expect(bytes[3...4] == [0xCD, 0xAB])
        bytes.pad(to: 8)
        #expect(bytes.count == 16 && bytes[13...] == [0, 0, 0])
        bytes.pad(to: 8)
        #expect(bytes.count == 16)
    }

    @Test func `bits are counted, and those past the last are refused`() {
        var random = SeededRandom(seed: 2)
        for count in 1...140 {
            var bytes = random.bytes((count + 7) / 8)
            if count % 8 != 0 { bytes[bytes.count - 1] &= 1 << UInt8(count % 8) - 1 }
            let expected = (0..<count).filter { bytes.rawSpan.bit($0, at: 0) }.count
            #expect(BatchScan.bits(bytes.rawSpan, at: 0, count: count) == expected)
            if count % 8 != 0 {
                bytes[bytes.count - 1] |= 0x80
                #expect(BatchScan.bits(bytes.rawSpan, at: 0, count: count) == nil)
            }
        }
    }

    @Test func `a reader returns what was written and stops at the end`() throws {
        var bytes: [UInt8] = []
        bytes.append(little: UInt16(7))
        bytes.append(string: "äß\u{0}")
        bytes.append(contentsOf: [1, 2, 3])
        for size in 0..<bytes.count {
            var reader = ByteReader(bytes.rawSpan.slice(0, size), format: .wire)
            let error = failure(of: &reader)
            #expect(error?.format == .wire && error?.condition == 1, "\(size) bytes")
            #expect((0...size).contains(error?.offset ?? -1), "\(size) bytes")
        }
        var reader = ByteReader(bytes.rawSpan, format: .wire)
        #expect(failure(of: &reader) == nil)
        var longer = ByteReader((bytes + [0]).rawSpan, format: .wire)
        #expect(failure(of: &longer)?.reason == "1 bytes too many")
    }

    /// Reads what the test above wrote.
    private func failure(of reader: inout ByteReader) -> FormatError? {
        do throws(FormatError) {
            let number = try reader.read(UInt16.self)
            let text = try reader.readString(limit: 5)
            let rest = try reader.readBytes(3)
            try reader.expectEnd()
            #expect(number == 7 && text == "äß\u{0}" && rest == [1, 2, 3])
            return nil
        } catch {
            return error
        }
    }

    @Test func `a reader refuses strings that are too long, lie, or are not UTF-8`() {
        func failure(_ size: UInt32, _ content: [UInt8], limit: Int) -> String? {
            var bytes: [UInt8] = []
            bytes.append(little: size)
            var reader = ByteReader((bytes + content).rawSpan, format: .manifest)
            do throws(FormatError) {
                _ = try reader.readString(limit: limit)
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(failure(3, [0x61, 0x62, 0x63], limit: 3) == nil)
        #expect(
            failure(3, [0x61, 0x62, 0x63], limit: 2) == "a string of 3 bytes, at most 2 are allowed"
        )
        #expect(failure(4, [0x61, 0x62, 0x63], limit: 9) == "needs 4 more bytes, 3 are left")
        #expect(failure(.max, [], limit: .max) == "needs 4294967295 more bytes, 0 are left")
        for bad: [UInt8] in [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
        ] {
            #expect(
                failure(UInt32(bad.count), bad, limit: 9) == "a string that is not UTF-8", "\(bad)")
        }
    }
}
