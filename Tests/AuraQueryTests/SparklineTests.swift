import AuraCore
import AuraStorage
import Testing

@testable import AuraQuery

/// `sparkline`: series as bars.
@Suite struct SparklineTests {
    @Test(arguments: [
        ("[1, 2, 3, 4, 5, 6, 7, 8]", "▁▂▃▄▅▆▇█"), ("[0, 1, NULL, 10]", "▁▁ █"),
        ("[-5.5, NULL, 5.5]", "▁ █"), ("[3, 3, NULL]", "▅▅ "), ("[]::BIGINT[]", ""),
        ("[NULL, NULL]::DOUBLE[]", "  "), ("['nan'::DOUBLE, 1, 2]", " ▁█"),
        ("['-inf'::DOUBLE, 1, 2, 'inf'::DOUBLE]", "▁▁██"), ("['inf'::DOUBLE]", "█"),
        ("[-1.7e308, 1.7e308, 0.0]", "▁█▅"), ("[170141183460469231731687303715884105727, 0]", "█▁"),
        ("NULL::BIGINT[]", "NULL"),
    ])
    func `numbers are bars between the least and the greatest`(list: String, bars: String) throws {
        let query = try PreparedQuery(
            "SELECT sparkline(\(list))", over: QuerySource(.empty),
            QuerySettings(now: Timestamp(microseconds: 0)))
        #expect(try query.answer().row(0).map(\.description) == [bars])
    }
}
