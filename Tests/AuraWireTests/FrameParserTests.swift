import AuraCore
import AuraTesting
import AuraWire
import NIOCore
import Testing

@Suite struct FrameParserTests {
    /// All good vectors, one after another.
    private let stream = WireVector.all.flatMap(\.encoded)
    /// A whole APPEND.
    private let append = WireVector.all.first { $0.name == "append" }?.encoded ?? []

    /// What a reader of these bytes finds, fed piece by piece.
    private func frames(_ bytes: [UInt8], cutAt cuts: [Int]) throws -> [FrameHeader] {
        let parser = FrameParser(maximumPayload: WireLimits.payloadBytes)
        var found: [FrameHeader] = []
        var buffer: [UInt8] = []
        var start = 0
        for end in cuts + [bytes.count] {
            buffer += bytes[start..<end]
            start = end
            var offset = 0
            while case .frame(let header) = try parser.frame(in: buffer.rawSpan, at: offset) {
                try header.verify(
                    buffer.rawSpan.slice(offset + FrameHeader.size, header.payloadSize))
                found.append(header)
                offset += header.frameSize
            }
            buffer.removeFirst(offset)
        }
        #expect(buffer.isEmpty)
        return found
    }

    @Test func `frames are found wherever the stream is cut`() throws {
        let whole = try frames(stream, cutAt: [])
        #expect(whole.map(\.code) == WireVector.all.map(\.frame.opcode))
        for cut in 1..<stream.count {
            #expect(try frames(stream, cutAt: [cut]) == whole, "cut at \(cut)")
        }
        #expect(try frames(stream, cutAt: Array(1..<stream.count)) == whole, "byte by byte")
    }

    @Test func `a partial frame says how many bytes it needs`() throws {
        let frame = append
        let parser = FrameParser(maximumPayload: WireLimits.payloadBytes)
        for count in 0..<frame.count {
            let expected = count < FrameHeader.size ? FrameHeader.size : frame.count
            let found = try parser.frame(in: Array(frame.prefix(count)).rawSpan)
            #expect(found == .partial(needed: expected), "\(count)")
        }
    }

    @Test func `a payload may have exactly the limit`() throws {
        let frame = append
        let size = frame.count - FrameHeader.size
        #expect(try check(frame, maximumPayload: size))
        #expect(throws: FormatError.self) { try check(frame, maximumPayload: size - 1) }
        // The header alone is enough to refuse.
        do throws(FormatError) {
            _ = try FrameParser(maximumPayload: size - 1).frame(in: Array(frame.prefix(32)).rawSpan)
            Issue.record("a frame that is too large was taken")
        } catch {
            #expect(error.condition == 6)
        }
    }

    @Test func `every bit of a header and payload is guarded`() throws {
        for vector in WireVector.all {
            let bytes = vector.encoded
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                // A header hash of 32 bits lets one damage in four thousand million through.
                #expect(throws: FormatError.self, "\(vector.name) bit \(bit)") {
                    try check(damaged)
                }
            }
        }
    }
}
