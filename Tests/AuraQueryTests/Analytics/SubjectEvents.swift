import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// Random events of a few subjects, asked about however they are kept.
struct SubjectEvents {
    /// An event as a formula sees it.
    struct Row: Hashable {
        let user: Int64?
        let time: Int64
        let type: String
        let value: Double?
    }

    let rows: [Row]
    private let seed: UInt64
    /// The same events, and how they are kept.
    private let sources: [(source: QuerySource, words: String)]

    /// 2024-03-30 00:00:00 UTC, a day before Europe's clocks go forward.
    static let start: Int64 = 1_711_756_800_000_000
    static let minute: Int64 = 60_000_000

    init(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let count = random.element(of: [0, 1, 20, 80, 200])
        let rows = (0..<count).map { _ in
            Row(
                user: random.chance(5) ? nil : Int64(random.below(9)),
                time: Self.start + Int64(random.below(400)) * 10 * Self.minute,
                type: random.element(of: ["a", "a", "b", "c"]),
                value: random.chance(20) ? nil : Double(random.below(41) - 20) / 4)
        }
        let events = rows.map { row in
            Event(
                type: row.type, time: Timestamp(microseconds: row.time),
                attributes: [
                    row.user.map { Attribute("user_id", .int64($0)) },
                    row.value.map { Attribute("value", .float64($0)) },
                ].compactMap(\.self))
        }
        // Attributes must be there to be asked for.
        let known = Event(
            type: "known", time: Timestamp(microseconds: 0),
            attributes: [Attribute("user_id", .int64(-1)), Attribute("value", .float64(0))])
        self.rows = rows
        self.seed = seed
        sources = try [Keeping(), Keeping(&random), Keeping(&random)].map { keeping in
            (try keeping.source(of: [known] + events), keeping.description)
        }
    }

    /// Expects an answer, of rows in any order, for every way to keep events and any number of threads.
    func expect(_ text: String, _ wanted: [[Value]]) {
        let cells = wanted.map { $0.map { AnswerCell($0) } }
        for (source, words) in sources {
            for partRows in [1, 1 << 16] {
                let alone = answer(text, source, threads: 1, partRows)
                let difference = alone.difference(from: .rows(cells, types: nil), isOrdered: false)
                #expect(difference == nil, "seed \(seed), \(words): \(text)")
                let together = answer(text, source, threads: 3, partRows)
                #expect(
                    "\(alone)" == "\(together)", "seed \(seed), \(words): threads change \(text)")
            }
        }
    }

    private func answer(
        _ text: String, _ source: QuerySource, threads: Int, _ partRows: Int
    ) -> Answer {
        var settings = QuerySettings(now: Timestamp(microseconds: Self.start))
        settings.threads = threads
        settings.partRows = partRows
        do throws(QueryFailure) {
            let answer = try PreparedQuery(text, over: source, settings).answer()
            let rows = (0..<answer.rowCount).map { answer.row($0).map { AnswerCell($0) } }
            return .rows(rows, types: nil)
        } catch { return .failure(error.description(in: text)) }
    }

    /// Rows of each user in the order of time.
    func byUser(_ types: Set<String> = ["a", "b", "c"]) -> [Int64?: [Row]] {
        let wanted = rows.filter { types.contains($0.type) }
        return Dictionary(grouping: wanted, by: \.user).mapValues { rows in
            rows.sorted { $0.time < $1.time }
        }
    }
}

/// Answers to queries of constants.
enum ConstantQuery {
    /// The rows as texts, NULL being empty.
    static func rows(_ text: String, zone name: String = "UTC") throws -> [[String]] {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        let tzif = try #require(SystemZone.tzif(name))
        settings.zone = try TimeZoneRules(tzif: tzif.rawSpan)
        let answer = try PreparedQuery(text, over: QuerySource(.empty), settings).answer()
        return (0..<answer.rowCount).map { row in
            answer.row(row).map { $0.isNull ? "" : $0.description }
        }
    }

    /// What is wrong with a query, or its rows.
    static func failure(_ text: String) -> String {
        do throws(QueryFailure) {
            let settings = QuerySettings(now: Timestamp(microseconds: 0))
            let answer = try PreparedQuery(text, over: QuerySource(.empty), settings).answer()
            return "\(answer.rowCount) rows"
        } catch { return error.description(in: text) }
    }
}

extension Value {
    init(_ number: Double?) { self = number.map { .float64($0) } ?? .null }

    init(_ number: Int64?) { self = number.map { .int64($0) } ?? .null }
}
