import AuraCore

/// A table about the store itself.
enum InformationTable: String, CaseIterable {
    /// Event types.
    case types = "aura_types"
    /// Attributes of each event type.
    case attributes = "aura_attributes"

    init?(name: String) {
        self.init(rawValue: name.lowercased())
    }

    /// A plan that has its rows.
    func plan(_ catalogue: Catalogue, _ settings: QuerySettings) -> Plan {
        var columns: [Plan.Column]
        var rows: [[Value]] = []
        switch self {
        case .types:
            columns = [
                Plan.Column(name: "type", type: .text),
                Plan.Column(name: "attributes", type: .int64),
            ]
            for type in catalogue.typeNames {
                rows.append([.text(type), .int64(Int64(catalogue.fields(of: type).count - 3))])
            }
        case .attributes:
            columns = ["type", "attribute", "value_type"].map { Plan.Column(name: $0, type: .text) }
            for type in catalogue.typeNames {
                for field in catalogue.fields(of: type).dropFirst(3) {
                    rows.append([
                        .text(type), .text(field.column.name), .text(field.column.type.name),
                    ])
                }
            }
        }
        return Plan(columns, rows)
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
