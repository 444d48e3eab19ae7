import AuraCore
import AuraWire

extension WireVector {
    /// METRIC, METRICS, SCORE, SCORE_INFO, SIGHTS, SIGHTS_INFO.
    static let measuring = metrics + scores + sights

    private static let start: Int64 = 1_700_000_000_000_000
    private static let time = Timestamp(microseconds: start)

    private static let metrics = [
        WireVector(
            "metric", "Everything the index knows, in one row", MetricQuery(), id: 31,
            [
                ("types", .list([])), ("dimension", .optional(nil)), ("start", .optional(nil)),
                ("end", .optional(nil)), ("by type", .bool(false)), ("bucket", .optional(nil)),
                ("parts", .u8(0)), ("quantiles", .list([.f64(0.5), .f64(0.95), .f64(0.99)])),
                ("edges", .u8(0)),
            ]),
        WireVector(
            "metric-full", "Every part of a metric", fullMetric, id: 32,
            [
                ("types", .list([.text("user.login"), .text("api.error")])),
                ("dimension", .optional(dimensionFields)), ("start", .optional(.i64(start))),
                ("end", .optional(.i64(start + 3_600_000_000))), ("by type", .bool(true)),
                ("bucket", .optional(.i64(60_000_000))), ("parts", .u8(7)),
                ("quantiles", .list([.f64(0), .f64(0.999)])), ("edges", .u8(1)),
            ]),
        WireVector(
            "metrics-empty", "No event, and nothing is missing",
            Metrics(watermark: 0, gaps: [], window: time..<time, rows: [MetricRow()]), id: 31,
            flags: 1,
            [
                ("watermark", .u64(0)), ("gaps", .u8(0)), ("window start", .i64(start)),
                ("window end", .i64(start)), ("rows", .list([emptyRowFields(count: 0)])),
                ("missing", .list([])),
            ]),
        WireVector(
            "metrics", "A row with everything and one with little; more follow", twoRows, id: 32,
            flags: 3,
            [
                ("watermark", .u64(1_000)), ("gaps", .u8(5)), ("window start", .i64(start)),
                ("window end", .i64(start + 120_000_000)),
                ("rows", .list([fullRowFields, emptyRowFields(count: 4)])),
                ("missing", .list([])),
            ]),
        WireVector(
            "metrics-missing", "Too few, for a chunk cannot be read",
            Metrics(
                watermark: 900, gaps: .missingChunk, window: time..<time, rows: [],
                missing: [missing]), id: 32, flags: 1,
            [
                ("watermark", .u64(900)), ("gaps", .u8(8)), ("window start", .i64(start)),
                ("window end", .i64(start)), ("rows", .list([])),
                ("missing", .list([.record(missingFields.map { WireField($0.0, $0.1) })])),
            ]),
    ]

    private static let dimension = MetricQuery.Dimension(
        attribute: "clinic_id", value: .int64(7))
    private static let dimensionFields = WireValue.record([
        WireField("attribute", .text("clinic_id")), WireField("value", .value(.int64(7))),
    ])

    private static var fullMetric: MetricQuery {
        var query = MetricQuery()
        query.types = ["user.login", "api.error"]
        query.dimension = dimension
        query.start = time
        query.end = Timestamp(microseconds: start + 3_600_000_000)
        query.isByType = true
        query.bucket = 60_000_000
        query.parts = .all
        query.quantiles = [0, 0.999]
        query.edges = .widened
        return query
    }

    private static var twoRows: Metrics {
        var full = MetricRow(type: "user.login", bucket: time)
        (full.count, full.errors) = (10, 2)
        full.values = ValueSummary(count: 8, sum: 100.5, deviation: 1.25, least: -3, greatest: 40)
        full.quantiles = [12.5, 40]
        full.users = UserCount(count: 3, isExact: false)
        var other = MetricRow()
        other.count = 4
        return Metrics(
            watermark: 1_000, gaps: [.givenUp, .sharedSeries],
            window: time..<Timestamp(microseconds: start + 120_000_000), rows: [full, other])
    }

    private static let fullRowFields = WireValue.record([
        WireField("type", .optional(.text("user.login"))),
        WireField("bucket", .optional(.i64(start))), WireField("count", .u64(10)),
        WireField("errors", .u64(2)),
        WireField(
            "values",
            .optional(
                .record([
                    WireField("count", .u64(8)), WireField("sum", .f64(100.5)),
                    WireField("deviation", .f64(1.25)), WireField("least", .f64(-3)),
                    WireField("greatest", .f64(40)),
                ]))),
        WireField("quantiles", .list([.f64(12.5), .f64(40)])),
        WireField(
            "users",
            .optional(.record([WireField("count", .u64(3)), WireField("exact", .bool(false))]))),
    ])

    private static func emptyRowFields(count: UInt64) -> WireValue {
        .record([
            WireField("type", .optional(nil)), WireField("bucket", .optional(nil)),
            WireField("count", .u64(count)), WireField("errors", .u64(0)),
            WireField("values", .optional(nil)), WireField("quantiles", .list([])),
            WireField("users", .optional(nil)),
        ])
    }

    // MARK: - Scores

    private static let scores = [
        WireVector(
            "score", "An hour against the same hour of weeks before",
            ScoreQuery(bucket: time, width: 3_600_000_000), id: 33,
            [
                ("type", .optional(nil)), ("dimension", .optional(nil)), ("statistic", .u8(0)),
                ("bucket", .i64(start)), ("width", .i64(3_600_000_000)),
                ("comparison", .record([WireField("kind", .u8(0))])),
            ]),
        WireVector(
            "score-full", "The error rate of a type in a clinic against the buckets before",
            fullScore, id: 34,
            [
                ("type", .optional(.text("api.call"))), ("dimension", .optional(dimensionFields)),
                ("statistic", .u8(1)), ("bucket", .i64(start)), ("width", .i64(60_000_000)),
                (
                    "comparison",
                    .record([WireField("kind", .u8(1)), WireField("number", .u32(24))])
                ),
            ]),
        WireVector(
            "score-info", "A closed bucket and what is usual",
            Score(
                value: 120, isClosed: true,
                baseline: Baseline(
                    sampleCount: 12, mean: 100, deviation: 8, median: 99.5, medianDeviation: 4),
                watermark: 1_000), id: 33, flags: 1,
            [
                ("watermark", .u64(1_000)), ("value", .optional(.f64(120))),
                ("closed", .bool(true)),
                (
                    "baseline",
                    .optional(
                        .record([
                            WireField("samples", .u32(12)), WireField("mean", .f64(100)),
                            WireField("deviation", .f64(8)), WireField("median", .f64(99.5)),
                            WireField("median deviation", .f64(4)),
                        ]))
                ),
            ]),
        WireVector(
            "score-info-none", "No value, and too few buckets to compare with",
            Score(value: nil, isClosed: false, baseline: nil, watermark: 1_000), id: 34, flags: 1,
            [
                ("watermark", .u64(1_000)), ("value", .optional(nil)), ("closed", .bool(false)),
                ("baseline", .optional(nil)),
            ]),
    ]

    private static var fullScore: ScoreQuery {
        var query = ScoreQuery(bucket: time, width: 60_000_000)
        query.type = "api.call"
        query.dimension = dimension
        query.statistic = .errorRate
        query.comparison = .previous(24)
        return query
    }

    // MARK: - Sights

    private static let sights = [
        WireVector("sights", "No fields", SightsRequest(), id: 35, []),
        WireVector(
            "sights-info", "Two types, two producers, one without a name", seen, id: 35, flags: 1,
            [
                ("watermark", .u64(1_000)), ("any", .optional(.record(sightFields(start)))),
                (
                    "types",
                    .list([
                        .record([WireField("type", .text("api.error"))] + sightFields(nil)),
                        .record([WireField("type", .text("user.login"))] + sightFields(start)),
                    ])
                ),
                (
                    "producers",
                    .list([
                        .record(
                            [
                                WireField("producer", .u32(1)),
                                WireField("name", .optional(.text("web-1"))),
                            ] + sightFields(start)),
                        .record(
                            [WireField("producer", .u32(9)), WireField("name", .optional(nil))]
                                + sightFields(nil)),
                    ])
                ),
            ]),
        WireVector(
            "sights-info-none", "Nothing was seen", SightsInfo(watermark: 0, any: nil), id: 35,
            flags: 1,
            [
                ("watermark", .u64(0)), ("any", .optional(nil)), ("types", .list([])),
                ("producers", .list([])),
            ]),
    ]

    private static func sightFields(_ event: Int64?) -> [WireField] {
        [
            WireField("event", .optional(event.map { .i64($0) })),
            WireField("arrival", .i64(start + 1)),
        ]
    }

    private static var seen: SightsInfo {
        let arrival = Timestamp(microseconds: start + 1)
        let plausible = Sight(event: time, arrival: arrival)
        let far = Sight(event: nil, arrival: arrival)
        return SightsInfo(
            watermark: 1_000, any: plausible,
            types: [
                SightsInfo.OfType(type: "api.error", sight: far),
                SightsInfo.OfType(type: "user.login", sight: plausible),
            ],
            producers: [
                SightsInfo.OfProducer(producer: 1, name: "web-1", sight: plausible),
                SightsInfo.OfProducer(producer: 9, name: nil, sight: far),
            ])
    }
}
