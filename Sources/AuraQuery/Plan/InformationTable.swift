import AuraCore
import AuraStorage

/// A table about the store itself: `Formats/query.md`, "Tables and names".
enum InformationTable: String, CaseIterable {
    case types = "aura_types"
    case attributes = "aura_attributes"
    case chunks = "aura_chunks"
    case settings = "aura_settings"
    case queries = "aura_queries"

    init?(name: String) {
        self.init(rawValue: name.lowercased())
    }

    /// The word that SHOW knows it by.
    var word: String { String(rawValue.dropFirst("aura_".count)) }

    private var columns: [(String, ValueType)] {
        switch self {
        case .types: [("type", .text), ("attributes", .int64)]
        case .attributes: [("type", .text), ("attribute", .text), ("value_type", .text)]
        case .chunks:
            [
                ("chunk", .text), ("level", .int64), ("events", .int64), ("bytes", .int64),
                ("first_time", .instant), ("last_time", .instant), ("first_sequence", .int64),
                ("last_sequence", .int64),
            ]
        case .settings: [("setting", .text), ("value", .text), ("purpose", .text)]
        case .queries:
            [
                ("query", .int64), ("client", .text), ("start", .instant),
                ("elapsed", .interval), ("events_read", .int64), ("events_to_read", .int64),
                ("text", .text),
            ]
        }
    }

    /// A plan that has its rows as they are now.
    func plan(_ binder: Binder) -> Plan {
        Plan(columns.map { Plan.Column(name: $0.0, type: $0.1) }, rows(binder))
    }

    private func rows(_ binder: Binder) -> [[Value]] {
        let catalogue = binder.catalogue
        switch self {
        case .types:
            return catalogue.typeNames.map { type in
                [.text(type), .int64(Int64(catalogue.fields(of: type).count - 3))]
            }
        case .attributes:
            return catalogue.typeNames.flatMap { type in
                catalogue.fields(of: type).dropFirst(3).map { field in
                    [.text(type), .text(field.column.name), .text(field.column.type.name)]
                }
            }
        case .chunks:
            return (binder.source?.snapshot.chunkSummaries ?? []).map { chunk in
                [
                    .text(chunk.name), .int64(Int64(chunk.level)), .int64(Int64(chunk.rowCount)),
                    .int64(chunk.fileSize), .instant(chunk.timeRange.lowerBound),
                    .instant(chunk.timeRange.upperBound),
                    .int64(Int64(clamping: chunk.sequenceRange.lowerBound)),
                    .int64(Int64(clamping: chunk.sequenceRange.upperBound)),
                ]
            }
        case .settings:
            return SettingName.allCases.map { setting in
                [setting.rawValue, binder.settings.text(of: setting), setting.purpose]
                    .map { .text($0) }
            }
        case .queries:
            return (binder.source?.running.all ?? []).map { query in
                let elapsed = binder.settings.now.microseconds - query.start.microseconds
                return [
                    .int64(Int64(clamping: query.number)), .text(query.client),
                    .instant(query.start.microseconds),
                    .interval(Interval(microseconds: max(0, elapsed))),
                    .int64(Int64(query.meter.eventsRead)),
                    .int64(Int64(query.meter.eventsToRead)), .text(query.text),
                ]
            }
        }
    }
}

extension Plan {
    /// Rows that are known.
    init(_ columns: [Column], _ rows: [[Value]]) {
        var builders = columns.map { VectorBuilder($0.type) }
        for row in rows { for index in builders.indices { builders[index].append(row[index]) } }
        self.init(node: .rows(builders.map { $0.finish() }, count: rows.count), columns: columns)
    }
}
