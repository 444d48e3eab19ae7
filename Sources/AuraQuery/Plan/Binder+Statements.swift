import AuraCore

/// What can be asked beside queries.
extension Binder {
    /// The plan that answers a statement.
    func plan(_ statement: Statement) throws(TextError) -> Plan {
        switch statement {
        case .query(let query): return finished(try plan(query))
        case .explain(let query, let isAnalyzed):
            return explained(finished(try plan(query)), isAnalyzed: isAnalyzed)
        case .show(let what, let place): return try show(what, place)
        case .describe(let path): return described(try table(path))
        case .describeQuery(let query): return described(try plan(query))
        case .set(let name, _), .reset(let name):
            throw TextError("SET and RESET stand by themselves, in a session", at: name.place)
        }
    }

    /// A finished plan in words.
    private func explained(_ plan: Plan, isAnalyzed: Bool) -> Plan {
        let columns = [Plan.Column(name: "plan", type: .text)]
        let explanation = Explanation(plan: plan, subqueries: subqueries, shared: shared)
        // Whoever explains the query answers them, if anybody does.
        subqueries = []
        if isAnalyzed { return Plan(node: .explained(explanation), columns: columns) }
        return Plan(columns, PlanText(explanation, source, settings).lines.map { [.text($0)] })
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
