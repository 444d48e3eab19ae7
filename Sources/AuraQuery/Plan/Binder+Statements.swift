import AuraCore

/// What can be asked beside queries.
extension Binder {
    /// The plan that answers a statement.
    func plan(_ statement: Statement) throws(TextError) -> Plan {
        switch statement {
        case .query(let query): return finished(try plan(query))
        case .explain(let query, let isAnalyzed):
            guard !isAnalyzed else {
                throw TextError("EXPLAIN ANALYZE is not supported yet; use EXPLAIN", at: .none)
            }
            return lines(PlanText(finished(try plan(query))).lines)
        case .show(let what, let place): return try show(what, place)
        case .describe(let path): return described(try table(path))
        case .describeQuery(let query): return described(try plan(query))
        case .set(let name, _), .reset(let name):
            throw TextError("SET and RESET stand by themselves, in a session", at: name.place)
        }
    }

    private func lines(_ lines: [String]) -> Plan {
        Plan([Plan.Column(name: "plan", type: .text)], lines.map { [.text($0)] })
    }

    private func described(_ plan: Plan) -> Plan {
        let columns = ["column", "type"].map { Plan.Column(name: $0, type: .text) }
        return Plan(columns, plan.columns.map { [.text($0.name), .text($0.type.name)] })
    }

    private func show(_ what: String, _ place: Place) throws(TextError) -> Plan {
        switch what {
        case "types": return InformationTable.types.plan(catalogue, settings)
        case "attributes": return InformationTable.attributes.plan(catalogue, settings)
        case "tables":
            let names = ["events"] + catalogue.typeNames
            let tables = names + InformationTable.allCases.map(\.rawValue)
            return Plan([Plan.Column(name: "table", type: .text)], tables.map { [.text($0)] })
        case "settings":
            let columns = ["setting", "value", "purpose"]
            return Plan(
                columns.map { Plan.Column(name: $0, type: .text) },
                SettingName.allCases.map { setting in
                    [setting.rawValue, settings.text(of: setting), setting.purpose]
                        .map { .text($0) }
                })
        default:
            throw TextError(
                "there is nothing to show called '\(what)'", at: place,
                hint: "SHOW TYPES, SHOW ATTRIBUTES, SHOW TABLES or SHOW SETTINGS")
        }
    }
}
