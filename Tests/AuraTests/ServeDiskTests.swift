import AuraClient
import AuraCore
import AuraWire
import Foundation
import Testing

@testable import aura

/// Disks that are full or read-only, as a file system of its own that only the server sees.
struct ServeDiskTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Whether this user may make file systems that nobody else sees.
    static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(.enabled(if: canMount, "no user may mount here"))
    func `a full disk is told with a remedy`() async throws {
        let outcome = try await serve(on: "mount -t tmpfs -o size=16m tmpfs disk")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no space is left") || outcome.errors.contains("no room"))
        #expect(outcome.errors.contains("free some space"))
    }

    @Test(.enabled(if: canMount, "no user may mount here"))
    func `a read-only disk is told with a remedy`() async throws {
        let outcome = try await serve(on: "mount -t tmpfs -o ro tmpfs disk")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the file system is read-only"))
        #expect(outcome.errors.contains("mount it for writing"))
    }

    @Test func `a limit on the size of files is told as a full disk is`() async throws {
        let script =
            "ulimit -f 4096; exec \(Command.program.path) serve --data-dir data "
            + "--listen 127.0.0.1:0"
        let command = try Command(
            ["-c", script], in: folder, executable: URL(filePath: "/bin/bash"))
        #expect(try await command.status() == 1)
        #expect(command.errors.hasPrefix("error: "))
        #expect(command.errors.contains("free some space"))
    }

    @Test func `a directory of somebody else is told with a remedy`() async throws {
        let script = """
            mkdir -m 700 data && cd / && chmod 711 \(folder.path) && \
            exec setpriv --reuid=65534 --clear-groups \
            \(Command.program.path) serve --data-dir \(folder.path("data")) --listen 127.0.0.1:0
            """
        // Only root can be somebody else; others lock themselves out.
        let other =
            "mkdir -m 000 data && exec \(Command.program.path) serve --data-dir data "
            + "--listen 127.0.0.1:0"
        let command = try Command(
            ["-c", getuid() == 0 ? script : other], in: folder,
            executable: URL(filePath: "/bin/bash"))
        #expect(try await command.status() == 1)
        #expect(command.errors.contains("permission denied"), "\(command.errors)")
        #expect(command.errors.contains("hint: run as the directory's owner"))
    }

    /// Where a disk fills up under a server, batches are refused, everything else goes on, and the
    /// server takes them by itself once there is room.
    @Test(.enabled(if: canMount, "no user may mount here"))
    func `a disk that fills up refuses batches until there is room, and loses nothing`()
        async throws
    {
        // Room for four segments, of which a file takes one away until it is told to go.
        let script = """
            mkdir disk && mount -t tmpfs -o size=84m tmpfs disk && \
            head -c 20M /dev/zero > disk/ballast && mkfifo room || exit 1
            { read -r _ < room; rm disk/ballast; } &
            exec \(Command.program.path) serve --data-dir disk/data --listen 127.0.0.1:0 \
            --segment-size 16MiB --log-level warning
            """
        let command = try Command(
            ["-rm", "bash", "-c", script], in: folder, executable: URL(filePath: "/usr/bin/unshare")
        )
        defer { command.signal(SIGKILL) }
        let port = try #require(try await command.port(), "\(command.errors)")
        var configuration = ClientConfiguration(port: port)
        configuration.deadline = .seconds(2)
        let writer = AuraClient(configuration)
        let text = String(repeating: "x", count: 900_000)
        func event(_ number: Int) -> Event {
            Event(
                type: "large", time: WallClock.now,
                attributes: [Attribute("text", .string("\(number) " + text))])
        }
        var stored = 0
        var reason = ""
        while stored < 200, reason.isEmpty {
            do throws(ClientError) {
                try await writer.record(event(stored))
                stored += 1
            } catch {
                reason = error.description
            }
        }
        #expect(reason.contains("the disk is full; free space; send again"), "\(reason)")
        #expect(stored > 20)
        // Questions are answered, and nothing that was acknowledged is missing.
        let reader = AuraClient(ClientConfiguration(port: port))
        let status = try await reader.status()
        #expect(status.isWritable)
        #expect(status.visible == UInt64(stored))
        let room = try FileHandle(forWritingTo: folder.url.appending(path: "room"))
        try room.write(contentsOf: Data("now\n".utf8))
        try room.close()
        // The event that had no answer is kept by the client, and comes first.
        #expect(try await eventually { try await reader.status().visible > UInt64(stored) })
        try await writer.record(event(stored + 1))
        #expect(try await reader.status().visible == UInt64(stored) + 2)
        try await writer.close()
        try await reader.close()
        command.signal(SIGTERM)
        #expect(try await command.status() == 0)
    }

    private func serve(on mount: String) async throws -> Outcome {
        let script = """
            mkdir disk && \(mount) && \
            exec \(Command.program.path) serve --data-dir disk/data --listen 127.0.0.1:0
            """
        let command = try Command(
            ["-rm", "sh", "-c", script], in: folder,
            executable: URL(filePath: "/usr/bin/unshare"))
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }
}
