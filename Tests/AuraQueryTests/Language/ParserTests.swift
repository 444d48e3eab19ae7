import AuraTesting
import Testing

@testable import AuraQuery

@Suite struct ParserTests {
    private func query(_ text: String) throws -> Query {
        guard case .query(let query) = try Parser.statement(text) else {
            throw TextError("no query", at: .none)
        }
        return query
    }

    private func expression(_ text: String) throws -> String {
        let query = try query("SELECT " + text)
        guard case .select(let select) = query.body,
            case .expression(let expression, _)? = select.items.first
        else { throw TextError("no expression", at: .none) }
        return expression.text
    }

    private func failure(_ text: String) -> String {
        do throws(TextError) {
            return "no error but \(try Parser.statement(text))"
        } catch {
            return error.description(in: text)
        }
    }

    @Test(arguments: 0..<8)
    func `what is printed parses to the same query`(_ part: UInt64) throws {
        let first = UInt64.random(in: 0...(.max >> 1))
        for number in 0..<UInt64(Effort.count(250)) {
            let seed = first + number * 8 + part
            var generator = QueryGenerator(seed: seed)
            let query = generator.query()
            let text = query.text
            do throws(TextError) {
                let found = try Parser.statement(text)
                #expect(found == .query(query), "seed \(seed): \(text)")
            } catch {
                Issue.record("seed \(seed): \(error.description(in: text))")
            }
        }
    }

    @Test(arguments: 0..<8)
    func `a text that is damaged is refused at a place of it, or read`(_ part: UInt64) throws {
        let first = UInt64.random(in: 0...(.max >> 1))
        for number in 0..<UInt64(Effort.count(250)) {
            let seed = first + number * 8 + part
            var generator = QueryGenerator(seed: seed)
            var mutator = Mutator(seed: seed)
            let bytes = mutator.mutate(Array(generator.query().text.utf8))
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(TextError) { _ = try Parser.statement(text) } catch {
                #expect(!error.description(in: text).isEmpty)
                #expect(error.bytes.upperBound <= text.utf8.count, "seed \(seed)")
            }
        }
    }

    @Test(arguments: [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("2 ** 3 ^ 2", "((2 ** 3) ** 2)"),
        ("-2 ^ 2", "((- 2) ** 2)"),
        ("-a::BIGINT", "(- CAST(a AS BIGINT))"),
        ("a OR b AND NOT c = d", "(a OR (b AND (NOT (c = d))))"),
        ("a BETWEEN 1 AND 2 AND b", "((a BETWEEN 1 AND 2) AND b)"),
        ("a NOT IN (1, 2) = TRUE", "((a NOT IN (1, 2)) = TRUE)"),
        ("a || b LIKE 'x%' IS NOT NULL", "(((a || b) LIKE 'x%') IS NOT NULL)"),
        ("a // 2 % 3", "((a // 2) % 3)"),
        ("x[1]::DOUBLE", "CAST((x)[1] AS DOUBLE)"),
        ("time AT TIME ZONE 'Europe/Berlin'", "timezone('Europe/Berlin', time)"),
        ("EXTRACT(hour FROM time)", "date_part('hour', time)"),
        ("substring(a FROM 2 FOR 3)", "substring(a, 2, 3)"),
        ("trim(LEADING 'x' FROM a)", "ltrim(a, 'x')"),
        ("position('b' IN a)", "position(a, 'b')"),
        ("INTERVAL 3 DAYS", "INTERVAL (3) day"),
        ("TIMESTAMP '2024-01-01'", "CAST('2024-01-01' AS TIMESTAMP)"),
        ("properties.device", "properties.device"),
        ("a ISNULL", "(a IS NULL)"),
        ("a IS NOT DISTINCT FROM b", "(a IS NOT DISTINCT FROM b)"),
        ("count(DISTINCT a) FILTER (WHERE b > 1)", "count(DISTINCT a) FILTER (WHERE (b > 1))"),
        ("lag(a, 1) OVER w", "lag(a, 1) OVER w"),
        ("1_000.5e1", "10005.0"),
        ("E'a\\n''b'", "'a\n''b'"),
        ("$$it's$$", "'it''s'"),
        ("a -- comment\n + /* a /* nested */ one */ b", "(a + b)"),
    ])
    func `operators bind as in DuckDB`(_ text: String, _ printed: String) throws {
        #expect(try expression(text) == printed)
    }

    @Test(arguments: [
        (
            "SELCT 1",
            """
            line 1: expected a query, found "SELCT"
              SELCT 1
              ^^^^^
            hint: did you mean SELECT?
            """
        ),
        (
            "SELECT a\nFORM events",
            """
            line 2: "FORM" does not fit here
              FORM events
              ^^^^
            hint: did you mean FROM?
            """
        ),
        (
            "SELECT 'a",
            """
            line 1: a text that does not end
              SELECT 'a
                     ^
            hint: close it with '
            """
        ),
        (
            "SELECT ü < 1 < 2",
            """
            line 1: comparisons in a row
              SELECT ü < 1 < 2
                           ^
            hint: join them with AND
            """
        ),
        (
            "SELECT count(* FROM events",
            """
            line 1: expected ")", found "FROM"
              SELECT count(* FROM events
                             ^^^^
            """
        ),
        (
            "SELECT a FROM t ORDER time",
            """
            line 1: expected the end, found "ORDER"
              SELECT a FROM t ORDER time
                              ^^^^^
            hint: write ORDER BY
            """
        ),
    ])
    func `an error shows its place and how to mend it`(_ text: String, _ shown: String) {
        #expect(failure(text) == shown)
    }

    @Test func `what is nested too deeply or too long is refused at once`() {
        let deep =
            String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
        #expect(failure("SELECT " + deep).contains("more than 100 expressions within each other"))
        let signs = "SELECT " + String(repeating: "- ", count: 100_000) + "1"
        #expect(failure(signs).contains("more than 100 expressions within each other"))
        let nots = "SELECT " + String(repeating: "NOT ", count: 100_000) + "a"
        #expect(failure(nots).contains("more than 100 expressions within each other"))
        let queries = String(repeating: "SELECT * FROM (", count: 50_000) + "SELECT 1"
        #expect(failure(queries).contains("more than 100 expressions within each other"))
        let long = "SELECT '" + String(repeating: "x", count: 2 << 20) + "'"
        #expect(failure(long).contains("the limit is 1048576"))
    }
}
