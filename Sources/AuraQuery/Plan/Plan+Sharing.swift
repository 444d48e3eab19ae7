/// Queries of WITH that have one use stand where they are used: then conditions reach their rows, and
/// columns that nobody looks at are not computed.
extension Plan {
    /// Counts the uses of shared queries, by their numbers.
    func countUses(_ uses: inout [Int: Int]) {
        if case .shared(let number) = node { uses[number, default: 0] += 1 }
        for input in inputs { input.countUses(&uses) }
    }

    /// The same with some shared queries in their places.
    func inlining(_ plans: [Int: Plan]) -> Plan {
        switch node {
        case .shared(let number):
            return plans[number].map { Plan(node: $0.node, columns: columns) } ?? self
        case .filter(let input, let conditions):
            if case .shared(let number) = input.node, plans[number] != nil {
                return input.inlining(plans).filtered(by: conditions)
            }
            return mappingInputs { $0.inlining(plans) }
        default: return mappingInputs { $0.inlining(plans) }
        }
    }

    /// The plans that rows come from.
    var inputs: [Plan] {
        var inputs: [Plan] = []
        _ = mappingInputs { input in
            inputs.append(input)
            return input
        }
        return inputs
    }

    /// The same of other plans below.
    func mappingInputs(_ body: (Plan) -> Plan) -> Plan {
        var copy = self
        switch node {
        case .scan, .rows, .shared, .explained: break
        case .filter(let input, let conditions): copy.node = .filter(body(input), conditions)
        case .project(let input, let parts): copy.node = .project(body(input), parts)
        case .aggregate(let input, let groups): copy.node = .aggregate(body(input), groups)
        case .fill(let input, let filling): copy.node = .fill(body(input), filling)
        case .distinct(let input, let keys): copy.node = .distinct(body(input), on: keys)
        case .sort(let input, let keys, let limit):
            copy.node = .sort(body(input), keys, limit: limit)
        case .limit(let input, let limit): copy.node = .limit(body(input), limit)
        case .window(let input, let calls): copy.node = .window(body(input), calls)
        case .union(let parts): copy.node = .union(parts.map(body))
        case .unnest(let input, let lists): copy.node = .unnest(body(input), lists)
        case .join(var join):
            join.left = body(join.left)
            join.right = body(join.right)
            copy.node = .join(join)
        }
        return copy
    }
}
