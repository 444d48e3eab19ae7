import AuraCore
import CZlib

/// What a gzip stream holds (RFC 1952), all its members one after another; anything that is no
/// gzip passes through as it is.
///
/// Zeros after the last member are padding; other bytes there are an error, as is an end inside a
/// member, and a wrong checksum or size (zlib checks both).
public struct GzipSource<Upstream: ByteSource>: ByteSource {
    private enum State {
        case start, plain, inMember, betweenMembers, padding
    }

    private var upstream: Upstream
    private var state = State.start
    private let inflater = Inflater()
    /// Compressed bytes that were read; those from `place` to `end` are not used yet.
    private var block = [UInt8](repeating: 0, count: 1 << 16)
    private var place = 0
    private var end = 0
    private var upstreamIsAtEnd = false

    /// A stream over the bytes of another source.
    public init(_ upstream: Upstream) {
        self.upstream = upstream
    }

    /// Inflates some bytes.
    public mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        while true {
            switch state {
            case .start:
                try fill(atLeast: 2)
                state = isMagic ? .inMember : .plain
                if state == .inMember { try inflater.begin() }
            case .plain:
                return try readPlain(into: &buffer)
            case .inMember:
                if place == end, !upstreamIsAtEnd { try fill(atLeast: 1) }
                let step = try inflater.inflate(
                    block.rawSpan.slice(place, end - place), into: &buffer)
                place += step.consumed
                if step.isAtEnd { state = .betweenMembers }
                if step.produced > 0 { return step.produced }
                if !step.isAtEnd, place == end, upstreamIsAtEnd {
                    throw .compression(reason: "ends in the middle of a member")
                }
            case .betweenMembers:
                try fill(atLeast: 2)
                if place == end { return 0 }
                if isMagic {
                    try inflater.begin()
                    state = .inMember
                } else {
                    state = .padding
                }
            case .padding:
                if place == end, !upstreamIsAtEnd { try fill(atLeast: 1) }
                guard block.rawSpan.slice(place, end - place).isZero else {
                    throw .compression(reason: "has other bytes after its last member")
                }
                place = end
                if upstreamIsAtEnd { return 0 }
            }
        }
    }

    private var isMagic: Bool {
        end - place >= 2 && block[place] == 0x1F && block[place + 1] == 0x8B
    }

    private mutating func readPlain(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        if place == end { return try upstream.read(into: &buffer) }
        let count = min(end - place, buffer.byteCount)
        for index in 0..<count {
            buffer.storeBytes(of: block[place + index], toByteOffset: index, as: UInt8.self)
        }
        place += count
        return count
    }

    /// Reads until so many bytes are there, or the upstream ends.
    private mutating func fill(atLeast count: Int) throws(InputError) {
        if place > 0, place == end {
            place = 0
            end = 0
        }
        if block.count - place < count {
            let rest = block[place..<end]
            block.replaceSubrange(0..<rest.count, with: rest)
            place = 0
            end = rest.count
        }
        while end - place < count, !upstreamIsAtEnd {
            let read = try upstream.read(into: &block, at: end..<block.count)
            end += read
            upstreamIsAtEnd = read == 0
        }
    }
}

/// zlib's state.
///
/// A class, since zlib keeps a pointer to its own `z_stream`; its methods are safe.
@safe private final class Inflater {
    struct Step {
        var consumed: Int
        var produced: Int
        var isAtEnd: Bool
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var isOpen = false

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
    }

    deinit {
        if isOpen { unsafe inflateEnd(stream) }
        unsafe stream.deallocate()
    }

    /// Begins a member.
    func begin() throws(InputError) {
        // 16 asks for the gzip form.
        let code =
            isOpen
            ? unsafe inflateReset(stream)
            : unsafe inflateInit2_(
                stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .compression(reason: "cannot be inflated, error \(code)") }
        isOpen = true
    }

    /// Inflates from one span to the other until one of them is used up or the member ends.
    func inflate(
        _ input: RawSpan, into output: inout MutableRawSpan
    ) throws(InputError) -> Step {
        let stream = unsafe stream
        let code = unsafe output.withUnsafeMutableBytes { target in
            unsafe input.withUnsafeBytes { source in
                // zlib declares its input mutable and does not write to it.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.bindMemory(to: UInt8.self).baseAddress)
                unsafe stream.pointee.avail_in = UInt32(source.count)
                unsafe stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            }
        }
        let consumed = unsafe input.byteCount - Int(stream.pointee.avail_in)
        let room = Int(UInt32(clamping: output.byteCount))
        let produced = unsafe room - Int(stream.pointee.avail_out)
        switch code {
        case Z_OK, Z_BUF_ERROR:
            return Step(consumed: consumed, produced: produced, isAtEnd: false)
        case Z_STREAM_END:
            return Step(consumed: consumed, produced: produced, isAtEnd: true)
        case _ where produced > 0:
            // What was inflated before the damage counts; zlib says the same when asked again.
            return Step(consumed: consumed, produced: produced, isAtEnd: false)
        default:
            throw .compression(reason: "is damaged (zlib error \(code))")
        }
    }
}
