import AuraCore
import AuraTesting
import AuraWire
import Foundation
import Testing

@testable import aura

/// `metric` against a server, which keeps an index.
struct MetricCommandTests {
    private let server: TestServer
    private let folder: Folder

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
    }

    /// An event as a line and as what the test knows of it.
    private struct Sample {
        let type: String
        let time: Timestamp
        let duration: Double?
        let user: Int
        var isError: Bool { type == "api.error" }

        var line: String {
            // The catalogue says what the value of an error of an interface is.
            let name = isError ? "response_time_ms" : "duration_ms"
            let value = duration.map { #","\#(name)":\#($0)"# } ?? ""
            return #"{"type":"\#(type)","time":"\#(time)","user_id":\#(user)\#(value)}"#
        }
    }

    /// Events of six hours of one day, by chance.
    private func samples(_ count: Int, _ random: inout SeededRandom) -> [Sample] {
        // 2026-03-02T06:00:00Z.
        let start: Int64 = 1_772_431_200_000_000
        return (0..<count).map { _ in
            Sample(
                type: random.element(of: ["api.error", "visit", "call"]),
                time: Timestamp(
                    microseconds: start + Int64(random.below(21_600_000)) * 1_000),
                duration: random.chance(80) ? Double(random.below(1_000)) / 4 : nil,
                user: random.below(40))
        }
    }

    private func ingest(_ lines: [String]) async throws {
        let path = try folder.write("events.ndjson", lines.joined(separator: "\n"))
        let outcome = try await server.aura("ingest", path)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func row(_ outcome: Outcome) throws -> [String: Any] {
        let data = Data(outcome.output.utf8)
        let parsed = try JSONSerialization.jsonObject(with: data)
        if let object = parsed as? [String: Any] { return object }
        return try #require((parsed as? [[String: Any]])?.first)
    }

    @Test func `figures are those of a loop over the events, and counts those of count`()
        async throws
    {
        let seed: UInt64 = 7
        var random = SeededRandom(seed: seed)
        let all = samples(800, &random)
        try await ingest(all.map(\.line))
        let window = ["--from", "2026-03-02T07:10:03.5Z", "--to", "2026-03-02T11:20:00Z"]
        let asked = try await server.aura(
            ["metric", "count,errors,rate,error_rate,sum,mean,min,max,p50,users"]
                + ["--by", "type,hour", "-o", "csv"] + window)
        #expect(asked.status == 0, "\(asked.errors)")
        let lines = asked.lines.map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(
            lines.first == [
                "hour", "type", "count", "errors", "rate", "error_rate", "sum", "mean", "min",
                "max", "p50", "users", "users_exact",
            ])
        let inside = all.filter {
            $0.time.description >= "2026-03-02T07:10:03.5Z"
                && $0.time.description < "2026-03-02T11:20:00Z"
        }
        let groups = Dictionary(grouping: inside) {
            "\($0.time.description.prefix(13)):00:00Z,\($0.type)"
        }
        #expect(lines.count - 1 == groups.count, "seed \(seed)")
        for line in lines.dropFirst() {
            let expected = try #require(groups[line[0] + "," + line[1]], "seed \(seed)")
            let values = expected.compactMap(\.duration).sorted()
            let sum = values.reduce(0, +)
            #expect(line[2] == "\(expected.count)", "seed \(seed)")
            #expect(line[3] == "\(expected.count { $0.isError })")
            #expect(line[5] == (line[1] == "api.error" ? "1.0" : "0.0"))
            #expect(try abs(#require(Double(line[6])) - sum) < 1e-9 * sum)
            #expect(try abs(#require(Double(line[7])) - sum / Double(values.count)) < 1e-9 * sum)
            #expect(Double(line[8]) == values.first && Double(line[9]) == values.last)
            let median = values[(values.count + 1) / 2 - 1]
            #expect(try abs(#require(Double(line[10])) - median) <= median / 64)
            #expect(line[11] == "\(Set(expected.map(\.user)).count)" && line[12] == "true")
        }
        let whole = try #require(lines.first { $0[0] == "2026-03-02T09:00:00Z" })
        #expect(try abs(#require(Double(whole[4])) * 3_600 - #require(Double(whole[2]))) < 1e-6)
        let counted = try await server.aura(
            ["count", "--by", "hour,type", "-o", "csv", "--no-header"] + window)
        #expect(
            counted.lines.map { $0.split(separator: ",").prefix(3).joined(separator: ",") }
                == lines.dropFirst().map { $0.prefix(3).joined(separator: ",") })
        // The same from chunks, after a restart.
        #expect(try await server.aura(["store", "compact"]).status == 0)
        #expect(try await server.stop() == 0)
        try await server.restart()
        let again = try await server.aura(
            ["metric", "count,errors,rate,error_rate,sum,mean,min,max,p50,users"]
                + ["--by", "type,hour", "-o", "csv"] + window)
        #expect(
            again.lines.map { $0.split(separator: ",")[0...3] }
                == asked.lines.map { $0.split(separator: ",")[0...3] })
    }

    @Test func `without words it tells the last day`() async throws {
        let now = Date.now
        func time(_ hoursAgo: Double) -> Timestamp {
            Timestamp(microseconds: Int64((now.timeIntervalSince1970 - hoursAgo * 3_600) * 1e6))
        }
        try await ingest(
            [1, 2, 30].map {
                Sample(type: "visit", time: time($0), duration: 2, user: 1).line
            })
        let day = try row(try await server.aura("metric", "--json"))
        #expect(day["count"] as? Int == 2 && day["users"] as? Int == 1)
        #expect(day["users_exact"] as? Bool == true && day["error_rate"] as? Double == 0)
        #expect(day["p50"] == nil && day["from"] is String)
        let one = try row(try await server.aura("metric", "--type", "visit", "--json"))
        #expect(one["count"] as? Int == 2)
        #expect(try abs(#require(one["p50"] as? Double) - 2) <= 2.0 / 64)
        let all = try await server.aura("metric", "count", "--from", "-40h", "--no-header")
        #expect(all.output.hasPrefix("3\t"))
        let table = try await server.aura("metric", "count,users", "-o", "table")
        #expect(table.lines.first?.hasPrefix("count  users  from") == true, "\(table.output)")
    }

    @Test func `a window grows to whole buckets where that is wanted`() async throws {
        try await ingest(
            ["06:00:01", "06:00:07", "06:00:13"].map {
                #"{"type":"visit","time":"2026-03-02T\#($0)Z"}"#
            })
        let window = ["--from", "2026-03-02T06:00:05Z", "--to", "2026-03-02T06:00:09Z", "--json"]
        let exact = try row(try await server.aura(["metric", "count"] + window))
        #expect(exact["count"] as? Int == 1 && exact["to"] as? String == "2026-03-02T06:00:09Z")
        let wide = try row(try await server.aura(["metric", "count", "--widen"] + window))
        #expect(wide["count"] as? Int == 2 && wide["from"] as? String == "2026-03-02T06:00:00Z")
    }

    @Test func `a score tells how unusual a bucket is`() async throws {
        var lines: [String] = []
        for hour in 0..<20 {
            for minute in 0..<(hour == 19 ? 30 : 4 + hour % 2) {
                let digits = hour < 10 ? "0\(hour)" : "\(hour)"
                lines.append(
                    #"{"type":"visit","time":"2026-03-02T\#(digits):\#(10 + minute):00Z"}"#)
            }
        }
        try await ingest(lines)
        let score = try row(
            try await server.aura(
                "metric", "zscore", "--type", "visit", "--against", "10", "--at",
                "2026-03-02T19:59:59Z", "--json"))
        #expect(score["value"] as? Double == 30 && score["samples"] as? Int == 10)
        #expect(score["mean"] as? Double == 4.5 && score["z"] as? Double == 51)
        #expect(score["from"] as? String == "2026-03-02T19:00:00Z")
        #expect(score["robust_z"] is Double && score["median"] as? Double == 4.5)
        let none = try await server.aura(
            "metric", "zscore", "--type", "visit", "--at", "2026-03-02T12:30:00Z", "-o", "tsv")
        #expect(none.status == 0 && none.errors.contains("--against 24"), "\(none.errors)")
        #expect(none.output.contains("\nz\t\n") && none.output.contains("value\t4.0\n"))
    }

    @Test func `it tells when events were last seen`() async throws {
        try await ingest([#"{"type":"visit","time":"2026-03-02T06:00:00Z"}"#])
        let seen = try await server.aura("metric", "seen", "-o", "tsv")
        let rows = seen.rows
        #expect(rows.map { $0[0] } == ["any", "type", "producer"], "\(seen.output)")
        #expect(rows.map { $0[1] }.prefix(2) == ["", "visit"])
        #expect(rows.allSatisfy { $0[2] == "2026-03-02T06:00:00Z" && (Int($0[4]) ?? -1) >= 0 })
        #expect(!rows[2][1].hasPrefix("#"), "the producer has a name")
    }

    @Test func `a dimension has series of its own`() async throws {
        try await ingest(
            [("visit", 3, 2.0), ("visit", 3, 4), ("visit", 4, 8), ("call", 3, 16)].map {
                #"{"type":"\#($0)","time":"2026-03-02T06:00:00Z","clinic_id":\#($1),"#
                    + #""duration_ms":\#($2)}"#
            })
        #expect(try await server.stop() == 0)
        // The index is counted anew, from the events that there are.
        let server = try await TestServer(in: folder, ["--index-dimensions", "clinic_id"])
        for (more, count, mean) in [
            ([], 3, 22.0 / 3), (["--type", "visit"], 2, 3), (["--type", "none"], 0, nil),
        ] as [([String], Int, Double?)] {
            let outcome = try await server.aura(
                ["metric", "count,mean", "--where", "clinic_id=3", "--from", "2026-03-02"]
                    + ["--to", "2026-03-03", "--json"] + more)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let found = try row(outcome)
            #expect(found["count"] as? Int == count)
            #expect(found["mean"] as? Double == mean)
        }
        #expect(try await server.stop() == 0)
    }

    // MARK: - Mistakes

    @Test func `mistakes are told with what was meant`() async throws {
        try await ingest([
            #"{"type":"visit","time":"2026-03-02T06:00:00Z","duration_ms":1}"#,
            #"{"type":"api.call","time":"2026-03-02T06:00:00Z","response_time_ms":2}"#,
        ])
        for (arguments, status, text) in [
            (["cuont"], 2, "did you mean 'count'?"), (["p200"], 2, "no metric"),
            (["--by", "clinic_id"], 2, "'aura count --by clinic_id'"),
            (["--by", "month"], 2, "'aura count --by month'"),
            (["--by", "hour,day"], 2, "two widths"),
            (["--from", "today", "--to", "yesterday"], 2, "swap them"),
            (["--where", "clinic"], 2, "attribute=value"),
            (["--where", "n:int64=x"], 2, "no int64"),
            (["--by", "7s", "--from", "2026-01-01"], 1, "multiples of ten seconds"),
            (["--where", "clinic_id=3"], 1, "'index_dimensions'"),
            (["--from", "now", "--to", "-1h"], 2, "is not before --to"),
            (["zscore", "--bucket", "tomorrow"], 2, "no width"),
            (["zscore", "--against", "2"], 2, "a number from 8 on"),
        ] as [([String], Int32, String)] {
            let outcome = try await server.aura(["metric"] + arguments)
            #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
        }
        let none = try await server.aura(
            "metric", "count", "--type", "vist", "--from", "2026-01-01", "--no-header")
        #expect(none.status == 0 && none.output.hasPrefix("0\t"))
        #expect(none.errors == "hint: no events of type 'vist'; did you mean 'visit'?\n")
    }

    @Test func `a server without an index says how to get one`() async throws {
        let folder = try Folder()
        let plain = try await TestServer(in: folder, ["--index", "false"])
        for arguments in [["metric"], ["metric", "seen"], ["metric", "zscore"]] {
            let outcome = try await plain.aura(arguments)
            #expect(outcome.status == 1 && outcome.errors.contains("index: true"))
        }
    }

    @Test func `the status tells of the index`() async throws {
        try await ingest([#"{"type":"visit","time":"2026-03-02T06:00:00Z"}"#])
        let status = try row(try await server.aura("status", "--json"))
        #expect(status["index.watermark"] as? Int == 1)
        #expect(status["index.bytes"] as? Int ?? 0 > 0)
    }
}

/// How answers are laid out.
struct MetricTableTests {
    private func plan(_ names: [String], by: [String] = []) throws -> MetricPlan {
        try MetricPlan(
            names: names, types: [], by: by, times: (nil, nil), where: nil, isWidened: false,
            now: Timestamp(microseconds: 86_400_000_000))
    }

    private func metrics(_ rows: [MetricRow]) -> Metrics {
        Metrics(
            watermark: 9, gaps: [],
            window: Timestamp(microseconds: 0)..<Timestamp(microseconds: 7_200_000_000), rows: rows)
    }

    @Test func `estimates are marked for people, and told in a column for programs`() throws {
        var row = MetricRow()
        (row.count, row.errors) = (3, 1)
        row.users = UserCount(count: 120_000, isExact: false)
        let plan = try plan(["error_rate", "users"])
        let table = MetricTable(plan: plan, metrics: metrics([row]), isForPeople: true).answer
        #expect(table.columns.map(\.name) == ["error_rate", "users", "from", "to"])
        #expect(table.rows[0].prefix(2) == [.number(0.333333), .text("~120000")])
        let plain = MetricTable(plan: plan, metrics: metrics([row]), isForPeople: false).answer
        #expect(plain.columns.map(\.name).prefix(3) == ["error_rate", "users", "users_exact"])
        #expect(plain.rows[0].prefix(3) == [.number(1.0 / 3), .count(120_000), .bool(false)])
    }

    @Test func `series are drawn over time, with nothing where nothing was`() throws {
        let rows = ([0, 1, 3] as [Int64]).map { hour -> MetricRow in
            var row = MetricRow(bucket: Timestamp(microseconds: hour * 3_600_000_000))
            row.count = UInt64(hour) * 2 + 1
            return row
        }
        let table = MetricTable(
            plan: try plan(["count"], by: ["hour"]), metrics: metrics(rows), isForPeople: true)
        #expect(table.sparklines(width: 80) == ["count ▁▃ █"])
        let one = MetricTable(plan: try plan(["count"]), metrics: metrics(rows), isForPeople: true)
        #expect(one.sparklines(width: 80).isEmpty)
    }
}
