import AuraTesting
import Testing

@testable import AuraQuery

/// Texts that no one means well with: none ends the program, takes long, or holds much memory.
@Suite struct HostileTextTests {
    /// Texts of each seed.
    private static let perSeed: UInt64 = 250
    private static let seeds = 1...UInt64(Effort.count(8))

    @Test(arguments: seeds)
    func `a damaged query is answered, or refused at a place of it`(seed: UInt64) throws {
        let trial = try HostileTrial(seed: seed)
        for number in 0..<Self.perSeed {
            let text = trial.text(seed &* 1_000_000 &+ number)
            if let complaint = trial.complaint(about: text) {
                Issue.record("seed \(seed), text \(number): \(complaint)\n\(text)")
            }
        }
    }

    @Test(arguments: TextMangler.wrappings.map { HostilePair($0.0, $0.1) })
    func `what lies in itself 100,000 times is refused`(wrapping: HostilePair) throws {
        let trial = try HostileTrial(seed: 1)
        let room = Lexer.textLimit - 100
        let count = min(100_000, room / (wrapping.start + wrapping.end).utf8.count)
        let subjects = ["SELECT @ FROM events", "SELECT 1 FROM @", "@"]
        for subject in Effort.isLong ? subjects : Array(subjects.prefix(1)) {
            let inner =
                subject == "@" ? "SELECT 1" : subject.contains("FROM @") ? "events" : "sequence"
            for times in Effort.isLong ? [30, 300, count] : [30, count] {
                let text = subject.replacing(
                    "@",
                    with: String(repeating: wrapping.start, count: times) + inner
                        + String(repeating: wrapping.end, count: times))
                if let complaint = trial.complaint(about: text) {
                    Issue.record("\(times) times in \(subject): \(complaint)")
                }
            }
        }
    }

    @Test(arguments: [
        "SELECT sequence AS a0, @ FROM events", "SELECT sequence AS a0, #, a60 AS b FROM events",
    ]) func `names of items that stand for ever more are refused`(text: String) throws {
        let doubled = (1..<60).map { "a\($0 - 1) + a\($0 - 1) AS a\($0)" }
        let chained = (1..<400).map { "a\($0 - 1) + 1 AS a\($0)" }
        let text = text.replacing("@", with: doubled.joined(separator: ", "))
            .replacing("#", with: chained.joined(separator: ", "))
        guard case .text(let error)? = try HostileTrial(seed: 1).failure(of: text) else {
            Issue.record("no error")
            return
        }
        #expect(error.message.contains("names of items"))
        #expect(error.hint == "compute the first ones in a subquery, which does it once")
    }

    /// Some rows for queries that make more of them.
    private static let many = """
        WITH many AS (SELECT 'type ' || n AS type, n FROM (SELECT unnest(range(3000)) AS n))

        """

    /// Queries of much memory; some are slow to get it where nothing is optimised.
    private static let greedy =
        [
            "SELECT DISTINCT repeat(type || n, 10000) FROM many",
            "SELECT repeat(type || n, 10000) AS a FROM many ORDER BY a",
            "SELECT repeat(type || n, 10000) AS a FROM many LIMIT 9223372036854775807",
        ]
        + (Effort.isLong
            ? [
                "SELECT repeat(type || n, 2000000) FROM many",
                "SELECT range(1000000 + n - n) FROM many",
                "SELECT string_agg(repeat(type || n, 100000), '') FROM many",
                "SELECT list(repeat(type || n, 100000)) FROM many",
            ] : [])

    @Test(arguments: greedy)
    func `what would take much memory is refused`(query: String) throws {
        let failure = try HostileTrial(seed: 1).failure(of: Self.many + query)
        switch failure {
        case .limit(let reason): #expect(reason.contains("SET memory_limit"))
        case .text(let error): #expect(error.message.contains("would come out"), "\(error)")
        default: Issue.record("\(String(describing: failure))")
        }
    }

    @Test(arguments: [
        "SELECT count(*) FROM (SELECT unnest(range(100000)) FROM many LIMIT 300000)",
        "SELECT unnest(range(100000)) FROM many LIMIT 1",
        "SELECT * FROM many, many AS b, many AS c LIMIT 1",
    ]) func `of rows without end no more are made than are wanted`(query: String) throws {
        let failure = try HostileTrial(seed: 1).failure(of: Self.many + query)
        #expect(failure == nil)
    }

    @Test(arguments: [
        "SELECT sequence FROM events ORDER BY time LIMIT 9223372036854775807",
        "SELECT sequence FROM events ORDER BY time LIMIT 9223372036854775807 OFFSET 9223372036854775807",
        "SELECT sequence FROM events LIMIT 9223372036854775807 OFFSET 1",
        "SELECT ntile(9223372036854775807) OVER (ORDER BY time) FROM events",
        "SELECT repeat('a%', 10000) LIKE repeat('%a', 10000) || 'b'",
        "SELECT repeat('a', 1000000) SIMILAR TO '(a*)*b'",
    ]) func `huge numbers and patterns are taken as they are`(text: String) throws {
        let failure = try HostileTrial(seed: 1).failure(of: text)
        #expect(failure == nil, "\(failure?.description(in: text) ?? "")")
    }
}

/// What stands before and behind something.
struct HostilePair: CustomTestStringConvertible, Sendable {
    let start: String
    let end: String

    init(_ start: String, _ end: String) {
        self.start = start
        self.end = end
    }

    var testDescription: String { "\(start)…\(end)" }
}
