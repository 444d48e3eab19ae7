import Foundation
import Testing

@testable import aura

/// What a command says where it meets no server, or something else in its place.
struct ConnectionTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func ping(_ address: String) async throws -> Outcome {
        let outcome = try await aura("ping", "--server", address, in: folder)
        #expect(outcome.status == ExitStatus.cannotConnect.rawValue)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.errors.hasSuffix(
                "\nhint: start one with 'aura serve', or name another with --server\n"))
        return outcome
    }

    @Test func `a host without an address is told`() async throws {
        // No name server is asked: no name may have so long a part.
        let host = String(repeating: "x", count: 64) + ".invalid"
        let outcome = try await ping(host)
        #expect(
            outcome.errors.hasPrefix("error: the name of the host of \(host):7171 is not known ("))
    }

    @Test func `a peer that says nothing is told`() async throws {
        let peer = try Listener()
        let outcome = try await ping(peer.address)
        #expect(
            outcome.errors.hasPrefix(
                "error: \(peer.address) takes connections but said nothing for "))
    }

    @Test func `a web server is told`() async throws {
        let peer = try Listener(answering: "HTTP/1.1 400 Bad Request\r\n\r\n")
        let outcome = try await ping(peer.address)
        #expect(
            outcome.errors.hasPrefix(
                "error: what listens at \(peer.address) is not an Aura server: it speaks HTTP; "
                    + "check host and port\n"))
    }
}

/// A socket that listens: the system takes its connections, and nobody says anything, or always the
/// same.
private final class Listener: Sendable {
    struct Failure: Error {
        let code: Int32
    }

    let address: String
    private let socket: Int32

    init(answering answer: String? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let result = unsafe withUnsafeMutablePointer(to: &place) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, size) == 0 && listen(socket, 16) == 0
                    && getsockname(socket, $0, &size) == 0
            }
        }
        guard result else { throw Failure(code: errno) }
        address = "127.0.0.1:\(in_port_t(bigEndian: place.sin_port))"
        guard let answer else { return }
        Thread {
            while case let peer = accept(socket, nil, nil), peer >= 0 {
                var greeting = [UInt8](repeating: 0, count: 1_024)
                _ = unsafe greeting.withUnsafeMutableBytes {
                    unsafe recv(peer, $0.baseAddress, $0.count, 0)
                }
                _ = unsafe Array(answer.utf8).withUnsafeBytes {
                    unsafe send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                close(peer)
            }
        }.start()
    }

    deinit {
        // Wakes whoever waits for a connection.
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }
}
