import AuraCore
import AuraQuery
import AuraStorage
import Testing

/// Joins of more pairs than are made at once.
@Suite struct JoinPartTests {
    private static let rows = 4_000
    private static let sides = """
        (SELECT unnest(range(\(rows))) AS n) a JOIN (SELECT unnest(range(\(rows))) AS n) b
        """

    private func answer(_ text: String) throws(QueryFailure) -> [Value] {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.memoryLimit = 16 << 20
        return try PreparedQuery(text, over: QuerySource(.empty), settings).answer().row(0)
    }

    @Test func `all pairs are made within little memory`() throws {
        let rows = Int64(Self.rows)
        let row = try answer("SELECT count(*), sum(a.n - 2 * b.n) FROM \(Self.sides) ON true")
        #expect(row == [.int64(rows * rows), .int128(Int128(-rows * rows * (rows - 1) / 2))])
    }

    @Test func `keys with many rows on both sides`() throws {
        let rows = Int64(Self.rows)
        let row = try answer("SELECT count(*) FROM \(Self.sides) ON a.n % 2 = b.n % 2")
        #expect(row == [.int64(rows * rows / 2)])
    }

    @Test func `rows of the left without a match stay, each once`() throws {
        let left = Self.sides.replacing("JOIN", with: "LEFT JOIN")
        let rows = Int64(Self.rows)
        let row = try answer(
            "SELECT count(*), count(b.n), sum(a.n) FILTER (WHERE b.n IS NULL) FROM \(left) "
                + "ON a.n % 2 = b.n % 2 AND a.n >= 3000")
        let matched = (rows - 3_000) * rows / 2
        #expect(
            row == [
                .int64(3_000 + matched), .int64(matched), .int128(Int128(2_999 * 3_000 / 2)),
            ])
    }

    @Test func `no more pairs are made than are wanted`() throws {
        let many = Self.sides.replacing("4000", with: "40000")
        let row = try answer("SELECT count(*) FROM (SELECT a.n FROM \(many) ON true LIMIT 7)")
        #expect(row == [.int64(7)])
    }
}
