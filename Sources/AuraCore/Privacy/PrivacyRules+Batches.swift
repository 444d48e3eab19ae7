extension PrivacyRules {
    /// Looks for breaches of the rules in an encoded batch.
    ///
    /// Costs the columns and the distinct strings, not the events; only where a string breaks a
    /// rule are the bytes copied, and the columns of strings read for it.
    ///
    /// - Returns: What would become of what, if the batch were rewritten; nothing if it is clean.
    public func inspect(_ bytes: RawSpan, _ layout: BatchLayout) -> [PrivacyFinding] {
        var findings: [PrivacyFinding] = []
        var judged: Set<Int> = []
        for (index, column) in layout.columns.enumerated() {
            let name = layout.strings.bytes(of: column.name, in: bytes)
            guard let rule = rule(onColumn: verdict(name: name), of: column.type) else { continue }
            judged.insert(index)
            findings.append(
                PrivacyFinding(rule, presentable(name.text), outcome, rows: column.values.count))
        }
        var suspects = Suspects()
        for code in 0..<layout.strings.count {
            let shapes = shapes(of: layout.strings.bytes(of: code, in: bytes))
            if !shapes.isEmpty { suspects.add(shapes, of: code) }
        }
        if suspects.isEmpty { return findings }
        let batch = EventBatch(storage: bytes.array, start: 0, layout: layout)
        for type in layout.types {
            if let rule = rule(onType: batch.string(type.name)) {
                findings.append(
                    PrivacyFinding(rule, PrivacyFinding.typeName, .refused, rows: type.rowCount))
            }
        }
        for (index, column) in layout.columns.enumerated()
        where column.type == .string && !judged.contains(index) {
            inspect(column, of: batch, for: suspects, into: &findings)
        }
        return findings
    }

    /// What becomes of a value that breaks a rule.
    private var outcome: PrivacyFinding.Outcome {
        policy.action == .strip ? .dropped : .refused
    }

    /// The rule that a column breaks by its name alone, given the type of its values.
    private func rule(onColumn verdict: NameVerdict, of type: AttributeType) -> PrivacyRule? {
        switch (verdict, type) {
        case (.keep, _), (.deny(.name), .bool): nil
        case (.deny(let rule), _): rule
        case (.address, .bool), (.address, .string), (.address, .ipPrefix): nil
        case (.address, _): .name
        }
    }

    /// Counts the rows of a string column that hold a suspect, by rule.
    private func inspect(
        _ column: BatchLayout.Column, of batch: EventBatch, for suspects: Suspects,
        into findings: inout [PrivacyFinding]
    ) {
        let name = batch.string(column.name)
        let isID = name == ReservedName.id
        let context = isID ? .identifier : context(of: name)
        var rows: [PrivacyRule: Int] = [:]
        var truncated = 0
        let values = column.values
        let isConstant = values.encoding == .constant
        for index in 0..<(isConstant ? 1 : values.count) {
            guard var shapes = suspects.shapes(of: batch.stringCode(at: index, of: values)) else {
                continue
            }
            if isID { shapes = shapes.asText }
            let weight = isConstant ? values.count : 1
            let counted = shapes.counting(in: context)
            if let rule = counted.rules.first {
                rows[rule, default: 0] += weight
            } else if counted.contains(.wholeAddress) {
                truncated += weight
            }
        }
        for (rule, count) in rows.sorted(by: { $0.key < $1.key }) {
            findings.append(PrivacyFinding(rule, name, outcome, rows: count))
        }
        if truncated > 0 {
            findings.append(PrivacyFinding(.address, name, .truncated, rows: truncated))
        }
    }

    /// Encodes a batch anew from its events, each as `sanitize` leaves it.
    ///
    /// The slow way, for batches in which `inspect` found something: every event is taken apart.
    ///
    /// - Returns: The batch, nil if no event is left, and what was found, equal findings counted
    ///   together.
    /// - Throws: `RewriteError`; the batch is to be refused then.
    public func rewrite(
        _ batch: EventBatch
    ) throws(RewriteError) -> (batch: EventBatch?, findings: [PrivacyFinding]) {
        var rewriter = BatchRewriter()
        var counts: [PrivacyFinding: Int] = [:]
        for event in batch.events() {
            let (event, findings) = sanitize(event)
            for finding in findings { counts[finding, default: 0] += 1 }
            if let event { try rewriter.add(event) }
        }
        var findings: [PrivacyFinding] = []
        for (var finding, rows) in counts {
            finding.rows = rows
            findings.append(finding)
        }
        findings.sort {
            ($0.attribute, $0.rule, $0.outcome.rawValue)
                < ($1.attribute, $1.rule, $1.outcome.rawValue)
        }
        return (try rewriter.finish(), findings)
    }
}

/// The strings of a batch's dictionary that hold a shape; most batches have none.
private struct Suspects {
    private var shapes: [Int: ValueShapes] = [:]

    var isEmpty: Bool { shapes.isEmpty }

    mutating func add(_ found: ValueShapes, of code: Int) { shapes[code] = found }

    func shapes(of code: Int) -> ValueShapes? { shapes[code] }
}
