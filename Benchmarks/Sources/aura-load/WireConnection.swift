import AuraCore
import AuraWire
import Foundation
import NIOCore

/// A blocking socket that has greeted a server and opened a producer.
final class WireConnection: Sendable {
    let socket: Int32
    let hello: HelloAck
    let producer: ProducerState

    /// Connects, greets and opens the producer of that name.
    init(host: String, port: UInt16, key: String?, name: String) throws {
        socket = try WireConnection.connect(host, port)
        var buffer = ByteBuffer()
        FrameEncoder.append(Hello(clientName: "aura-load"), requestID: 1, to: &buffer)
        hello = try WireConnection.ask(socket, buffer, HelloAck.self)
        if let key {
            buffer.clear()
            FrameEncoder.append(Auth(key: key), requestID: 2, to: &buffer)
            _ = try WireConnection.ask(socket, buffer, AuthOK.self)
        }
        buffer.clear()
        FrameEncoder.append(ProducerOpen(name: name), requestID: 3, to: &buffer)
        producer = try WireConnection.ask(socket, buffer, ProducerState.self)
    }

    deinit {
        close(socket)
    }

    private static func connect(_ host: String, _ port: UInt16) throws -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw LoadFailure("'\(host)' is not an address such as 127.0.0.1")
        }
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Foundation.connect(socket, $0, size)
            }
        }
        guard result == 0 else { throw LoadFailure(errno: errno, "connect to \(host):\(port)") }
        var on: Int32 = 1
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(4))
        return socket
    }

    /// Sends a request and reads frames until its answer.
    private static func ask<Answer: WireMessage>(
        _ socket: Int32, _ request: ByteBuffer, _ type: Answer.Type
    ) throws -> Answer {
        try unsafe request.withUnsafeReadableBytes { bytes in
            let size = unsafe send(
                socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL.rawValue))
            guard size == bytes.count else { throw LoadFailure(errno: errno, "send") }
        }
        while true {
            let head = try read(socket, FrameHeader.size)
            let header = try FrameHeader(head.rawSpan)
            let payload = try read(socket, header.payloadSize)
            if header.opcode == .error { throw try WireFailure(payload: payload.rawSpan) }
            if header.opcode == Answer.opcode { return try Answer(payload: payload.rawSpan) }
        }
    }

    private static func read(_ socket: Int32, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let size = unsafe bytes.withUnsafeMutableBytes {
                unsafe recv(socket, $0.baseAddress?.advanced(by: done), count - done, 0)
            }
            guard size > 0 else { throw LoadFailure(errno: errno, "the greeting broke off") }
            done += size
        }
        return bytes
    }
}
