import AuraCore
import AuraWire
import Glibc
import NIOCore

/// A client of nothing but a blocking socket and the codec: it says exactly what it is told.
final class RawClient {
    private let socket: Int32
    private var received = ByteBuffer()
    private var isOpen = true
    /// Credit granted by CREDIT frames that `next` went over.
    private(set) var granted: UInt64 = 0
    /// The last STABLE that `next` went over.
    private(set) var stable: Stable?

    struct Closed: Error {}
    struct TimedOut: Error {}

    /// Connects to a port of this machine; reads time out after 60 s.
    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(4))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Closed() }
    }

    deinit { close() }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(socket)
    }

    /// Says that nothing more comes; what the peer says can be read on.
    func endSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    // MARK: - Saying

    /// Sends bytes as they are; fails where the peer has closed.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    socket, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    func send(_ buffer: ByteBuffer) throws {
        try send(Array(buffer.readableBytesView))
    }

    func send<Message: WireMessage>(
        _ message: Message, id: UInt32 = 0, flags: FrameHeader.Flags = []
    ) throws {
        var buffer = ByteBuffer()
        FrameEncoder.append(message, flags: flags, requestID: id, to: &buffer)
        try send(buffer)
    }

    func append(_ batch: [UInt8], _ head: AppendHead, id: UInt32) throws {
        try send(RawClient.append(batch, head, id: id))
    }

    /// The bytes of an APPEND.
    static func append(_ batch: [UInt8], _ head: AppendHead, id: UInt32) -> [UInt8] {
        var buffer = ByteBuffer()
        FrameEncoder.append(
            head, batch: batch.rawSpan, batchHash: Checksum.hash64(batch.rawSpan), requestID: id,
            to: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// The bytes of a message's frame.
    static func frame<Message: WireMessage>(_ message: Message, id: UInt32 = 0) -> [UInt8] {
        var buffer = ByteBuffer()
        FrameEncoder.append(message, requestID: id, to: &buffer)
        return Array(buffer.readableBytesView)
    }

    // MARK: - Hearing

    struct Frame {
        let header: FrameHeader
        let payload: [UInt8]
    }

    /// The next frame whatever it is.
    func nextFrame() throws -> Frame {
        while true {
            if case .frame(let header) = try RawClient.parse(received) {
                received.moveReaderIndex(forwardBy: FrameHeader.size)
                let payload = received.readBytes(length: header.payloadSize) ?? []
                received.discardReadBytes()
                try header.verify(payload.rawSpan)
                return Frame(header: header, payload: payload)
            }
            try receive()
        }
    }

    private static func parse(_ buffer: ByteBuffer) throws -> FrameParser.Found {
        try FrameParser(maximumPayload: WireLimits.hardPayloadBytes)
            .frame(in: buffer.readableBytesSpan)
    }

    private func receive() throws {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe recv(socket, $0.baseAddress, $0.count, 0)
        }
        if count < 0 { throw errno == EAGAIN ? TimedOut() as any Error : Closed() }
        guard count > 0 else { throw Closed() }
        received.writeBytes(bytes[..<count])
    }

    /// The next frame that is neither CREDIT nor STABLE, which are noted.
    func next() throws -> Frame {
        while true {
            let frame = try nextFrame()
            switch frame.header.opcode {
            case .credit: granted += try Credit(payload: frame.payload.rawSpan).bytes
            case .stable: stable = try Stable(payload: frame.payload.rawSpan)
            default: return frame
            }
        }
    }

    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    /// The next message, which must be of that kind.
    func next<Message: WireMessage>(_ type: Message.Type, id: UInt32? = nil) throws -> Message {
        let frame = try next()
        guard frame.header.opcode == Message.opcode else {
            var text = "\(frame.header) instead of \(Message.opcode)"
            if frame.header.opcode == .error {
                text += ": \(try WireFailure(payload: frame.payload.rawSpan))"
            }
            throw Unexpected(description: text)
        }
        if let id, frame.header.requestID != id {
            throw Unexpected(description: "request \(frame.header.requestID) instead of \(id)")
        }
        return try Message(payload: frame.payload.rawSpan)
    }

    /// The next failure's code.
    func nextFailure() throws -> FailureCode? {
        try next(WireFailure.self).code
    }

    /// The next EVENTS: its head, and its events if it has a batch.
    func nextEvents(id: UInt32) throws -> (head: EventsHead, events: [Event], sequences: [UInt64]) {
        let frame = try next()
        guard frame.header.opcode == .events, frame.header.requestID == id else {
            throw Unexpected(description: "\(frame.header) instead of EVENTS of \(id)")
        }
        let head = try EventsHead(payload: frame.payload.rawSpan)
        guard head.batchSize > 0 else { return (head, [], []) }
        let events = try EventBatch(validating: head.batch(of: frame.payload.rawSpan).array)
            .events()
        return (head, events, head.sequences(rowCount: events.count))
    }

    /// Reads until a STABLE says at least that number.
    func waitForStable(_ sequence: UInt64) throws {
        while (stable?.stable ?? 0) < sequence {
            let frame = try nextFrame()
            switch frame.header.opcode {
            case .credit: granted += try Credit(payload: frame.payload.rawSpan).bytes
            case .stable: stable = try Stable(payload: frame.payload.rawSpan)
            default: throw Unexpected(description: "\(frame.header) instead of STABLE")
            }
        }
    }

    /// Reads until that much credit was granted in all.
    func waitForCredit(_ bytes: UInt64) throws {
        while granted < bytes {
            let frame = try nextFrame()
            switch frame.header.opcode {
            case .credit: granted += try Credit(payload: frame.payload.rawSpan).bytes
            case .stable: stable = try Stable(payload: frame.payload.rawSpan)
            default: throw Unexpected(description: "\(frame.header) instead of CREDIT")
            }
        }
    }

    /// Whether the peer closes the connection without another message.
    func isClosed() throws -> Bool {
        do {
            _ = try next()
            return false
        } catch is Closed {
            return true
        }
    }

    /// Reads whatever comes until the peer closes the connection.
    func waitForEnd() throws {
        do {
            while true { try receive() }
        } catch is Closed {
            return
        }
    }

    // MARK: - Conversations

    /// Greets; gives a key where there is one.
    @discardableResult
    func greet(key: String? = nil) throws -> HelloAck {
        try send(Hello(clientName: "raw"), id: 1)
        let ack = try next(HelloAck.self, id: 1)
        if let key {
            try send(Auth(key: key), id: 2)
            _ = try next(AuthOK.self, id: 2)
        }
        return ack
    }

    func openProducer(_ name: String) throws -> ProducerState {
        try send(ProducerOpen(name: name), id: 9_000)
        return try next(ProducerState.self, id: 9_000)
    }

    /// Appends and waits for the acknowledgement.
    func append(_ batch: [UInt8], _ head: AppendHead = AppendHead(sequence: 1)) throws -> AppendAck
    {
        try append(batch, head, id: 8_000)
        return try next(AppendAck.self, id: 8_000)
    }

    /// Counts everything.
    func count() throws -> UInt64 {
        try send(CountRequest(), id: 7_000)
        return try next(Counts.self, id: 7_000).rows.first?.count ?? 0
    }
}
