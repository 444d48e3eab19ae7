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
        if what == "tables" {
            let names = ["events"] + catalogue.typeNames
            let tables = names + InformationTable.allCases.map(\.rawValue)
            return Plan([Plan.Column(name: "table", type: .text)], tables.map { [.text($0)] })
        }
        if let table = InformationTable.allCases.first(where: { $0.word == what }) {
            return table.plan(self)
        }
        let words = ["tables"] + InformationTable.allCases.map(\.word)
        throw TextError(
            "there is nothing to show called '\(what)'", at: place,
            hint: "SHOW " + words.map { $0.uppercased() }.joined(separator: ", SHOW "))
    }
}
