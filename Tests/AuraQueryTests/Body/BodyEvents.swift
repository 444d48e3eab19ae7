import AuraCore
import AuraTesting

@testable import AuraQuery

/// Visits of a few patients in five weeks, asked by bodies and by SQL.
struct BodyEvents {
    private let source: QuerySource

    /// 2024-04-05 09:30 UTC, a Friday.
    static let now = Timestamp(microseconds: 1_712_309_400_000_000)

    init() throws {
        var random = SeededRandom(seed: 5)
        let events = (0..<600).map { _ in
            let age = Int64(random.below(35 * 1_440)) * 60_000_000
            var attributes = [
                Attribute("patient_id", .int64(Int64(random.below(12)))),
                Attribute("user_id", .int64(Int64(random.below(5)))),
                Attribute("response_time_ms", .float64(Double(random.below(1_000)) / 4)),
                Attribute(
                    "properties.device", .string(random.element(of: ["phone", "desk", "it's"]))),
            ]
            if random.chance(30) {
                attributes.append(Attribute("success", .bool(random.chance(50))))
            }
            return Event(
                type: random.element(of: ["visit.begun", "visit.ended", "api.error"]),
                time: Timestamp(microseconds: BodyEvents.now.microseconds - age),
                attributes: attributes)
        }
        var keeping = Keeping()
        keeping.hasIndex = true
        keeping.flushes = 3
        source = try keeping.source(of: events)
    }

    private func settings() throws -> QuerySettings {
        var settings = QuerySettings(now: BodyEvents.now)
        let berlin = try SystemZone.tzif("Europe/Berlin").map {
            try TimeZoneRules(tzif: $0.rawSpan)
        }
        settings.zoneNamed = { ["UTC": .utc, "Europe/Berlin": berlin][$0] ?? nil }
        return settings
    }

    /// The rows that the last statement of a text has, below the names of its columns.
    func rows(_ text: String) throws -> [[String]] {
        var session = QuerySession(try settings())
        var rows: [[String]] = []
        for statement in try QueryScript(text).statements {
            guard let answer = try session.answer(statement, over: source) else { continue }
            rows = [answer.columns.map(\.name)]
            rows += (0..<answer.rowCount).map { answer.row($0).map(\.description) }
        }
        return rows
    }

    /// The rows of a body alone.
    func rows(_ body: QueryBody) throws -> [[String]] {
        let answer = try PreparedQuery(body: body, over: source, settings()).answer()
        return [answer.columns.map(\.name)]
            + (0..<answer.rowCount).map { answer.row($0).map(\.description) }
    }

    /// What is wrong with a text; nil if it has an answer.
    func failure(_ text: String) throws -> TextError? {
        var session = QuerySession(try settings())
        do throws(QueryFailure) {
            for statement in try QueryScript(text).statements {
                _ = try session.answer(statement, over: source)
            }
            return nil
        } catch {
            guard case .text(let error) = error else { throw error }
            return error
        }
    }
}
