import AuraCore

extension BodyMetric {
    /// What computes it from the rows of a group.
    ///
    /// - Parameters:
    ///   - isFilled: Whether groups without rows are there.
    ///   - series: The windows of what goes along buckets, but for their frames.
    func expression(isFilled: Bool, along series: WindowSpecification) -> Expression {
        let plain = expression(along: series, isFilled)
        guard isFilled, countsEvents else { return plain }
        return Expression(call: "coalesce", [plain, Expression(integer: 0, place)], place)
    }

    private func expression(
        along series: WindowSpecification, _ isFilled: Bool
    ) -> Expression {
        let filter = filter?.expression
        func call(
            _ name: String, _ arguments: [Expression], isDistinct: Bool = false
        ) -> Expression {
            Expression(call: name, arguments, isDistinct: isDistinct, filter: filter, place)
        }
        switch form {
        case .count: return Expression(countWhere: filter, place)
        case .function(let function, let attribute):
            let column = attribute.column
            return switch function {
            case .unique: call("count", [column], isDistinct: true)
            case .approximatelyUnique: call("approx_count_distinct", [column])
            case .sum, .avg, .min, .max, .median: call(function.rawValue, [column])
            }
        case .quantile(let quantile, let attribute):
            return call("quantile_cont", [attribute.column, Expression(float: quantile, place)])
        case .rate(let unit, let attribute):
            return call("rate", [unit.interval(place)] + (attribute.map { [$0.column] } ?? []))
        case .share(let part): return call("avg", [part.expression])
        case .ratio(let first, let second):
            let whole = second.expression(isFilled: isFilled, along: series)
            return Expression(
                .divided, first.expression(isFilled: isFilled, along: series),
                Expression(call: "nullif", [whole, Expression(integer: 0, place)], place), place)
        case .zscore(let metric, let count):
            var window = series
            window.frame = WindowFrame(
                unit: .rows, start: .preceding(Expression(integer: count, place)),
                end: .preceding(Expression(integer: 1, place)))
            var score = Expression.Call(
                name: "zscore", namePlace: place,
                arguments: [
                    Expression.Argument(
                        value: metric.expression(isFilled: isFilled, along: series))
                ])
            score.window = .here(window)
            return Expression(form: .call(score), place: place)
        }
    }
}
