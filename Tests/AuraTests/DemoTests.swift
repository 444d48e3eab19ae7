import Foundation
import Testing

/// `aura demo`: a history once, then the present.
struct DemoTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func demo(_ arguments: String...) throws -> Command {
        try Command(
            ["demo", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0", "--days", "2"]
                + arguments, in: folder)
    }

    /// The totals that its lines tell.
    private func totals(_ command: Command) -> [Int] {
        command.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.count > 2 && words[2] == "events" ? Int(words[1]) : nil
        }
    }

    @Test func `it loads a history, feeds the present, and ends by itself`() async throws {
        let first = try demo("--seconds", "4", "--speed", "500")
        #expect(try await first.status() == 0)
        #expect(first.output.hasPrefix("listening on 127.0.0.1:"))
        #expect(first.errors.contains("events of history loaded in"))
        #expect(first.errors.contains("ended in order"))
        let seen = totals(first)
        #expect(seen.count >= 2)
        #expect(try #require(seen.first) > 1_000)
        #expect(try #require(seen.last) > (try #require(seen.first)))

        let second = try demo("--seconds", "1")
        #expect(try await second.status() == 0)
        // Nothing is loaded twice: only the moments between the two are missing.
        let loaded = second.errors.split(separator: "\n").first { $0.contains("history loaded") }
        let count = try #require(loaded?.split(separator: " ").first)
        #expect(Int(count.replacing(",", with: "")) ?? .max < 1_000)
        #expect(try #require(totals(second).first) >= (try #require(seen.last)))
    }

    @Test func `a load that was killed is continued`() async throws {
        let first = try demo()
        let hasBegun = try await eventually {
            folder.contains("data/log/0000000000000001.log")
        }
        #expect(hasBegun)
        first.signal(SIGKILL)
        _ = try await first.status()
        let second = try demo("--seconds", "1")
        #expect(try await second.status() == 0)
        let again = try demo("--seconds", "1")
        #expect(try await again.status() == 0)
        #expect(try #require(totals(again).first) >= (try #require(totals(second).last)))
    }

    @Test func `Ctrl-C ends it in order, and others can ask meanwhile`() async throws {
        let demo = try demo("--speed", "200")
        let isUp = try await eventually { !totals(demo).isEmpty }
        #expect(isUp)
        let line = try #require(demo.output.split(separator: "\n").first)
        let address = String(line.dropFirst("listening on ".count))
        let count = try await aura("count", "--by", "type", "--server", address, in: folder)
        #expect(count.rows.count > 10)
        demo.signal(SIGINT)
        #expect(try await demo.status() == 0)
        #expect(demo.errors.contains("ended in order"))
    }

    @Test func `wrong values are told`() async throws {
        for arguments in [["--speed", "0"], ["--days", "0"], ["--days", "many"]] {
            let command = try Command(["demo"] + arguments, in: folder)
            #expect(try await command.status() == 2)
            #expect(command.errors.hasPrefix("error: "))
        }
    }
}
