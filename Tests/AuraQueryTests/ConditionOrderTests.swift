import AuraCore
import AuraQuery
import AuraStorage
import Testing

/// Conditions of AND and OR, of which the cheap ones are asked first.
@Suite struct ConditionOrderTests {
    private func count(_ condition: String) throws(QueryFailure) -> Value {
        let rows = "(SELECT unnest(range(100)) AS n)"
        let settings = QuerySettings(now: Timestamp(microseconds: 0))
        let text = "SELECT count(*) FROM \(rows) WHERE \(condition)"
        return try PreparedQuery(text, over: QuerySource(.empty), settings).answer().row(0)[0]
    }

    @Test func `what guards a condition may stand before it or behind it`() throws {
        #expect(try count("n <> 0 AND 100 // n > 9") == .int64(10))
        #expect(try count("100 // n > 9 AND n <> 0") == .int64(10))
        #expect(try count("n = 0 OR 100 // n > 9") == .int64(11))
        #expect(try count("(100 // n > 9 OR n = 0) AND n < 5") == .int64(5))
    }

    @Test func `conditions that may fail keep their order`() throws {
        let isText = "CASE WHEN n > 4 THEN 'a' ELSE CAST(n AS VARCHAR) END"
        #expect(
            try count("length(\(isText)) = 1 AND starts_with(\(isText), '1') AND n < 50")
                == .int64(1))
        #expect(
            try count("NOT starts_with(\(isText), 'a') AND CAST(\(isText) AS BIGINT) > 2")
                == .int64(2))
    }
}
