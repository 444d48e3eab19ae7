import AuraCore

/// Aggregates of what one subject did in the course of time: funnel and retention.
extension AggregateFunction {
    typealias Bound = (function: AggregateFunction, arguments: [BoundExpression])

    /// `funnel(within, time, step, …)`.
    static func funnel(_ call: Wording) throws(TextError) -> Bound {
        let steps = Array(call.arguments.dropFirst(2))
        guard !call.isOfRows, !steps.isEmpty else {
            throw call.error(
                "takes an INTERVAL, a time, and a condition for each step",
                hint: "as in funnel(INTERVAL '7 days', time, type = 'a', type = 'b')")
        }
        guard steps.count <= FunnelAccumulator.mostSteps else {
            throw call.error(
                "has \(steps.count) steps, and at most \(FunnelAccumulator.mostSteps) may be",
                hint: "ask for fewer of them at once")
        }
        let time = try call.time(1)
        let within = try call.period(0, from: time)
        try call.expectConditions(2...)
        return bound(
            .funnel(steps: steps.count, within: within), [time] + steps.map { _ in .bool }, .int64,
            call.arguments.dropFirst())
    }

    /// `retention(every, periods, time, start, return)`.
    static func retention(_ call: Wording) throws(TextError) -> Bound {
        guard !call.isOfRows, call.arguments.count == 5 else {
            throw call.error(
                "takes an INTERVAL, a number of them, a time, and conditions of starts and returns",
                hint: "as in retention(INTERVAL '1 week', 8, time, type = 'a', type = 'b')")
        }
        let most = RetentionAccumulator.mostPeriods
        guard let periods = try call.constant(1).integer, (1...Int128(most)).contains(periods)
        else {
            throw TextError(
                "retention() takes a whole number of periods from 1 to \(most)",
                at: call.arguments[1].place)
        }
        let time = try call.time(2)
        let every = try call.period(0, from: time)
        try call.expectConditions(3...)
        return bound(
            .retention(every: every, periods: Int(periods)), [time, .bool, .bool], .list(.bool),
            call.arguments.dropFirst(2))
    }

    private static func bound(
        _ kind: Kind, _ types: [ValueType], _ result: ValueType,
        _ arguments: ArraySlice<BoundExpression>
    ) -> Bound {
        (AggregateFunction(kind: kind, arguments: types, result: result), Array(arguments))
    }
}

extension AggregateFunction.Wording {
    /// The type that an argument which is a time has, dates being midnights.
    fileprivate func time(_ index: Int) throws(TextError) -> ValueType {
        let type = arguments[index].type
        guard type.isTime || type == .null else {
            throw TextError(
                "\(name)() takes a time here, not \(type.name)", at: arguments[index].place)
        }
        return type == .instant ? .instant : .timestamp
    }

    /// A length of time from times of some type on.
    fileprivate func period(_ index: Int, from type: ValueType) throws(TextError) -> Period {
        Period(try arguments[index].positiveInterval(for: name), from: type, casting)
    }

    fileprivate func expectConditions(_ range: PartialRangeFrom<Int>) throws(TextError) {
        for argument in arguments[range] where ![.bool, .null].contains(argument.type) {
            throw TextError(
                "\(name)() takes conditions here, not \(argument.type.name)", at: argument.place,
                hint: "such as type = 'appointment.created'")
        }
    }
}
