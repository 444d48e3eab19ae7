import AuraClient
import AuraCore
import AuraWire
import Foundation
import Testing

@testable import aura

/// A server and the peers that it did not choose.
struct HardshipTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// A kilobyte figure of `/proc/PID/status`.
    private func kilobytes(_ name: String, of server: TestServer) throws -> Int {
        let status = try String(contentsOfFile: server.processFolder + "/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return try #require(line?.split(whereSeparator: \.isWhitespace)[1]).number()
    }

    private func descriptors(of server: TestServer) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: server.processFolder + "/fd").count
    }

    /// What peers do that come and go.
    private static func misbehave(_ number: Int, port: Int) throws {
        let socket = try RawSocket(port: port)
        switch number % 8 {
        case 0: break
        case 1: socket.send(Hello(clientName: "one of many"), id: 1)
        case 2: socket.send(Array("GET / HTTP/1.1\r\nHost: aura\r\n\r\n".utf8))
        case 3: socket.send([0x41, 0x55])
        case 4:
            socket.send(Hello(clientName: "half"), id: 1)
            socket.send(Array(Self.largeHeader))
        case 5:
            socket.send(Hello(clientName: "tail"), id: 1)
            socket.send(Subscribe(from: 1, credit: 1 << 40), id: 2)
            _ = socket.receive()
        case 6:
            socket.send(Hello(clientName: "question"), id: 1)
            socket.send(CountRequest(), id: 2)
        default:
            socket.send(Hello(clientName: "reset"), id: 1)
            socket.send(StatusRequest(), id: 2)
            socket.reset()
        }
        socket.close()
    }

    /// The header of an APPEND of 4 MB, without the rest.
    private static let largeHeader: [UInt8] = {
        var bytes: [UInt8] = Array("AUR1".utf8) + [1, 0, 0x12, 0]
        bytes.append(little: UInt32(5))
        bytes.append(little: UInt32(4 << 20))
        bytes.append(little: UInt32(0))
        bytes.append(little: Checksum.hash32(bytes.rawSpan))
        bytes.append(little: UInt64(0))
        return bytes
    }()

    @Test func `many connections come and go and leave nothing behind`() async throws {
        let server = try await TestServer(in: folder)
        #expect(try await server.aura("test-events", "--count", "500").status == 0)
        func round(_ count: Int) async throws {
            for number in 0..<count { try Self.misbehave(number, port: server.port) }
            // One that is served says that all before it were seen.
            let isQuiet = try await eventually {
                let status = try await server.aura("status", "--json")
                return status.output.contains(#""connections":1,"#)
            }
            #expect(isQuiet)
        }
        // The first peers fill what is kept for all.
        try await round(400)
        let descriptors = try descriptors(of: server)
        // Memory comes to rest: what half a kilobyte for each connection would never let it.
        var growths: [Int] = []
        repeat {
            let memory = try kilobytes("VmRSS", of: server)
            try await round(isLong ? 20_000 : 2_000)
            growths.append(try kilobytes("VmRSS", of: server) - memory)
        } while growths.count < 8 && growths[growths.count - 1] >= 1_024
        #expect(growths[growths.count - 1] < 1_024, "grew by \(growths) kB")
        // The store opens files of its own meanwhile, those of a chunk or a checkpoint: few, where peers
        // were thousands.
        #expect(try await eventually { try self.descriptors(of: server) <= descriptors + 16 })
        // 4 MB were announced hundreds of times, and never set aside for good.
        #expect(try kilobytes("VmHWM", of: server) < 320 << 10)
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("500\t"))
        #expect(try await server.stop() == 0)
    }

    private let isLong = ProcessInfo.processInfo.environment["AURA_TEST_LONG"] == "1"

    @Test func `a browser is told that this is another protocol`() async throws {
        let server = try await TestServer(in: folder)
        let socket = try RawSocket(port: server.port)
        socket.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        let answer = String(decoding: socket.receiveAll(), as: UTF8.self)
        #expect(answer.contains("the bytes are not Aura's protocol"))
        #expect(answer.contains("check host and port"))
        #expect(try await server.aura("ping").status == 0)
    }

    @Test func `a peer's name steers no terminal and forges no line of the log`() async throws {
        let server = try await TestServer(in: folder, ["--log-level", "debug"])
        let socket = try RawSocket(port: server.port)
        socket.send(Hello(clientName: "x\u{1B}[2J\nerror: forged"), id: 1)
        #expect(!socket.receive().isEmpty)
        #expect(
            try await eventually { server.errors.contains(#""x\u{1B}[2J\nerror: forged""#) })
        #expect(!server.errors.contains("\u{1B}"))
    }

    @Test func `more clients than allowed wait for their turn, and the others are served`()
        async throws
    {
        let server = try await TestServer(in: folder, ["--max-connections", "4"])
        let client = AuraClient(ClientConfiguration(port: server.port))
        try await client.record(Event(type: "a", time: WallClock.now))
        let others = try (0..<3).map { _ in try RawSocket(port: server.port) }
        for other in others {
            other.send(Hello(clientName: "other"), id: 1)
            #expect(!other.receive().isEmpty)
        }
        let refused = try await server.aura("count")
        #expect(refused.status == 4)
        #expect(refused.errors.contains("too many connections are open"))
        #expect(refused.errors.contains("raise max_connections"))
        try await client.record(Event(type: "a", time: WallClock.now))
        others[0].close()
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("2\t"))
        try await client.close()
    }

    @Test func `the log goes on where connections would take all files`() async throws {
        // 170 files: ten connections, and what the server keeps for itself.
        let script =
            "ulimit -n 170; exec \(Command.program.path) serve --data-dir data "
            + "--listen 127.0.0.1:0 --segment-size 16MiB"
        let command = try Command(
            ["-c", script], in: folder, executable: URL(filePath: "/bin/bash"))
        defer { command.signal(SIGKILL) }
        let port = try #require(try await command.port(), "\(command.errors)")
        #expect(
            command.errors.contains(
                "warning: max_connections is 10 and not 256: the process may open only 170 files"))
        let client = AuraClient(ClientConfiguration(port: port))
        try await client.record(Event(type: "a", time: WallClock.now))
        let sockets = try (0..<200).map { _ in try RawSocket(port: port) }
        // Three segments' worth: each must be opened while everybody is connected.
        let text = String(repeating: "x", count: 900_000)
        for number in 0..<60 {
            let event = Event(
                type: "large", time: WallClock.now,
                attributes: [Attribute("text", .string("\(number) " + text))])
            try await client.record(event)
        }
        #expect(try await client.status().isWritable)
        for socket in sockets { socket.close() }
        try await client.close()
        command.signal(SIGTERM)
        #expect(try await command.status() == 0)
    }
}

extension Substring {
    fileprivate func number() throws -> Int { try #require(Int(self)) }
}
