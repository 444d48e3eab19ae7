import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// Statements one after another, the settings between them, and counts from the index.
@Suite struct SessionTests {
    private func answers(
        _ text: String, _ source: QuerySource = QuerySource(.empty)
    ) throws(QueryFailure) -> [[[String]]] {
        var session = QuerySession(QuerySettings(now: Timestamp(microseconds: 0)))
        var answers: [[[String]]] = []
        for statement in try QueryScript(text).statements {
            guard let answer = try session.answer(statement, over: source) else { continue }
            answers.append(
                (0..<answer.rowCount).map { answer.row($0).map(\.description) })
        }
        return answers
    }

    @Test func `statements are answered in turn, SET without an answer`() throws {
        let found = try answers(";; SELECT 1; SET threads = 3; SELECT 2 AS a, 3;")
        #expect(found == [[["1"]], [["2", "3"]]])
    }

    @Test func `settings are shown, and reset to what they were`() throws {
        let found = try answers(
            "SET memory_limit = '2 MiB'; SHOW SETTINGS; RESET memory_limit; SHOW SETTINGS")
        let limits = found.map { rows in rows.first { $0[0] == "memory_limit" }?[1] }
        #expect(limits == ["2097152", "1073741824"])
    }

    @Test(arguments: [
        ("SET thread = 1", "did you mean threads?"), ("SET threads = 0", "from 1 to 256"),
        ("SET rollups = maybe", "on or off"), ("SET memory_limit = 'much'", "'512 MB'"),
        ("SET timezone = 'Atlantis'", "'Europe/Berlin'"), ("SELECT 1; SELCT 2", "line 1"),
        ("SET threads = 'two'", "from 1 to 256"),
        ("SET threads = [1]", "threads that answer a query"),
    ]) func `what cannot be set is refused with a way to mend it`(text: String, words: String) {
        do {
            _ = try answers(text)
            Issue.record("no error")
        } catch {
            let message = error.description(in: text)
            #expect(message.contains(words), "\(message)")
        }
    }

    private static func source() throws -> QuerySource {
        let events = (0..<500).map { number in
            Event(
                type: ["a", "b", "c"][number % 3],
                time: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 7_000_000),
                attributes: [Attribute("n", .int64(Int64(number)))])
        }
        var keeping = Keeping()
        keeping.hasIndex = true
        keeping.flushes = 3
        return try keeping.source(of: events)
    }

    @Test(arguments: [
        "SELECT type, count(*) FROM events GROUP BY type ORDER BY type",
        "SELECT time_bucket(INTERVAL '1 minute', time) AS m, count(*) FROM events "
            + "WHERE type = 'a' GROUP BY m ORDER BY m",
        "SELECT count(*), count_if(type = 'b'), avg(CASE WHEN type = 'c' THEN 1 ELSE 0 END) "
            + "FROM events WHERE time >= TIMESTAMPTZ '2023-11-14 22:20:03Z'",
        "SELECT hour(time), sum(CASE type WHEN 'a' THEN 2 WHEN 'b' THEN 3 END), min(type) "
            + "FROM events WHERE type <> 'c' GROUP BY ALL ORDER BY 1",
        "SELECT count(*) FROM events WHERE time < TIMESTAMPTZ '2023-01-01 00:00:00Z'",
    ]) func `counts come from the index, and are those of the events`(question: String) throws {
        let source = try Self.source()
        let plan = try answers("EXPLAIN " + question, source)[0].map { $0[0] }
        #expect(plan.contains { $0.contains("scan counts of") }, "\(plan)")
        let both = try answers("\(question); SET rollups = off; \(question)", source)
        #expect(both[0] == both[1])
        let events = try answers("SET rollups = off; EXPLAIN " + question, source)[0]
        #expect(events.contains { $0[0].contains("scan events") })
    }

    @Test(arguments: [
        "SELECT sum(n) FROM events", "SELECT count(*) FROM events WHERE n > 3",
        "SELECT max(time) FROM events", "SELECT time, count(*) FROM events GROUP BY time",
        "SELECT time_bucket(INTERVAL '7 seconds', time), count(*) FROM events GROUP BY 1",
        "SELECT type, string_agg(type, ',') FROM events GROUP BY type",
    ]) func `what the cells do not know is read from events`(question: String) throws {
        let plan = try answers("EXPLAIN " + question, Self.source())[0].map { $0[0] }
        #expect(plan.contains { $0.contains("scan events") }, "\(plan)")
    }
}
