import AuraCore

extension AggregateFunction {
    /// A call of an aggregate as it was written: what it is called, and how.
    struct Wording {
        let name: String
        let arguments: [BoundExpression]
        /// Whether `*` stands for the arguments.
        let isOfRows: Bool
        let ignoresNulls: Bool
        let place: Place
        /// Of the session's zone.
        let casting: Casting

        func error(_ message: String, hint: String? = nil) -> TextError {
            TextError("\(name)() " + message, at: place, hint: hint)
        }

        /// The constant that an argument is.
        func constant(_ index: Int) throws(TextError) -> Value {
            guard let value = arguments[index].constant else {
                throw TextError(
                    "\(name)() takes a constant here, the same for all rows",
                    at: arguments[index].place)
            }
            return value
        }
    }

    /// Names of all.
    static let names: Set<String> = Set(simple.keys).union([
        "count", "sum", "avg", "mean", "favg", "fsum", "kahan_sum", "sumkahan", "count_if",
        "countif",
        "quantile", "quantile_cont", "quantile_disc", "approx_quantile", "median", "approx_top_k",
        "top_k",
        "string_agg", "group_concat", "listagg", "percentile_cont", "percentile_disc",
        "first", "last", "any_value", "arbitrary", "funnel", "retention",
    ])

    /// Those whose arguments and result need no further thought.
    static let simple: [String: Kind] = [
        "min": .least, "max": .greatest, "product": .product,
        "arg_min": .valueAtLeast, "argmin": .valueAtLeast, "min_by": .valueAtLeast,
        "arg_max": .valueAtGreatest, "argmax": .valueAtGreatest, "max_by": .valueAtGreatest,
        "var_pop": .moment(.variance(isSample: false)),
        "var_samp": .moment(.variance(isSample: true)),
        "variance": .moment(.variance(isSample: true)),
        "stddev_pop": .moment(.deviation(isSample: false)),
        "stddev_samp": .moment(.deviation(isSample: true)),
        "stddev": .moment(.deviation(isSample: true)),
        "sem": .moment(.standardError), "skewness": .moment(.skewness),
        "kurtosis": .moment(.kurtosis(isSample: true)),
        "kurtosis_pop": .moment(.kurtosis(isSample: false)),
        "corr": .pair(.correlation), "covar_pop": .pair(.covariance(isSample: false)),
        "covar_samp": .pair(.covariance(isSample: true)),
        "regr_slope": .pair(.slope), "regr_intercept": .pair(.intercept),
        "regr_r2": .pair(.determination), "regr_count": .pair(.count),
        "regr_avgx": .pair(.averageX), "regr_avgy": .pair(.averageY), "regr_sxx": .pair(.sumXX),
        "regr_syy": .pair(.sumYY), "regr_sxy": .pair(.sumXY),
        "mode": .mode, "mad": .medianDeviation, "approx_count_distinct": .approximateCount,
        "entropy": .entropy, "list": .list, "array_agg": .list,
        "bool_and": .allHold, "every": .allHold, "bool_or": .anyHolds,
        "bit_and": .bitAnd, "bit_or": .bitOr, "bit_xor": .bitXor,
        "geomean": .geometricMean, "geometric_mean": .geometricMean,
    ]

    /// The function that a call means, and the arguments that are computed for each row.
    static func named(
        _ call: Wording
    ) throws(TextError) -> (function: AggregateFunction, arguments: [BoundExpression]) {
        let types = call.arguments.map(\.type)
        func made(
            _ kind: Kind, _ arguments: [ValueType], _ result: ValueType
        ) -> (AggregateFunction, [BoundExpression]) {
            let function = AggregateFunction(kind: kind, arguments: arguments, result: result)
            return (function, Array(call.arguments.prefix(arguments.count)))
        }
        switch call.name {
        case "count":
            guard types.count <= 1 else { throw call.error("takes one argument, or *") }
            return made(.count, types, .int64)
        case "count_if", "countif":
            try call.expect(1)
            return made(.countIf, [.bool], .int128)
        case "sum", "fsum", "kahan_sum", "sumkahan":
            try call.expect(1)
            if call.name == "sum", types[0].isInteger || types[0] == .bool || types[0] == .null {
                return made(.sum, [types[0] == .null ? .int64 : types[0]], .int128)
            }
            return made(.sum, [try call.number(0, .float64)], .float64)
        case "avg", "mean", "favg":
            try call.expect(1)
            return made(
                .average, [types[0].isInteger ? types[0] : try call.number(0, .float64)], .float64)
        case "first", "arbitrary", "any_value", "last":
            try call.expect(1)
            let skips = call.ignoresNulls || call.name == "any_value"
            let kind: Kind =
                call.name == "last" ? .last(skipsNulls: skips) : .first(skipsNulls: skips)
            return made(kind, types, types[0])
        case "string_agg", "group_concat", "listagg":
            guard types.count == 1 || types.count == 2 else {
                throw call.error("takes a text and a separator")
            }
            var separator = ","
            if types.count == 2, case .text(let text) = try call.constant(1) { separator = text }
            return made(.texts(separator: separator), [.text], .text)
        case "approx_top_k", "top_k":
            try call.expect(2)
            guard let count = try call.constant(1).integer, count > 0, count <= 1_000_000 else {
                throw call.error("takes a count from 1 to 1000000 as its second argument")
            }
            return made(.top(Int(count)), [types[0]], .list(types[0]))
        case "median", "quantile", "quantile_cont", "quantile_disc", "approx_quantile",
            "percentile_cont", "percentile_disc":
            return try quantile(call)
        case "funnel": return try funnel(call)
        case "retention": return try retention(call)
        default: return try simpleFunction(call)
        }
    }

    private static func simpleFunction(
        _ call: Wording
    ) throws(TextError) -> (function: AggregateFunction, arguments: [BoundExpression]) {
        guard let kind = simple[call.name] else {
            throw TextError("there is no aggregate '\(call.name)'", at: call.place)
        }
        let types = call.arguments.map(\.type)
        let arguments: [ValueType]
        let result: ValueType
        switch kind {
        case .pair(let moment):
            try call.expect(2)
            arguments = [try call.number(0, .float64), try call.number(1, .float64)]
            result = moment == .count ? .int64 : .float64
        case .valueAtLeast, .valueAtGreatest:
            try call.expect(2)
            (arguments, result) = (types, types[0])
        case .moment, .product, .medianDeviation, .geometricMean:
            try call.expect(1)
            (arguments, result) = ([try call.number(0, .float64)], .float64)
        case .entropy, .approximateCount:
            try call.expect(1)
            (arguments, result) = (types, kind == .entropy ? .float64 : .int64)
        case .allHold, .anyHolds:
            try call.expect(1)
            (arguments, result) = ([.bool], .bool)
        case .bitAnd, .bitOr, .bitXor:
            try call.expect(1)
            guard types[0].isInteger || types[0] == .null else {
                throw call.error("takes whole numbers, not \(types[0].name)")
            }
            (arguments, result) = (types, types[0])
        default:
            try call.expect(1)
            (arguments, result) = (types, kind == .list ? .list(types[0]) : types[0])
        }
        let function = AggregateFunction(kind: kind, arguments: arguments, result: result)
        return (function, call.arguments)
    }

    private static func quantile(
        _ call: Wording
    ) throws(TextError) -> (function: AggregateFunction, arguments: [BoundExpression]) {
        let isMedian = call.name == "median"
        try call.expect(isMedian ? 1 : 2)
        let (fractions, isList) = isMedian ? ([0.5], false) : try call.fractions(1)
        let type = call.arguments[0].type
        let item: ValueType
        let kind: Kind
        if call.name == "approx_quantile" {
            item = type.isInteger ? type : try call.number(0, .float64)
            kind = .approximateQuantile(fractions, isList: isList)
        } else {
            let isContinuous = ["median", "quantile_cont", "percentile_cont"].contains(call.name)
            let interpolates = isContinuous && (type.isNumber || type == .null)
            item = interpolates ? .float64 : type
            kind = .quantile(fractions, interpolates ? .continuous : .discrete, isList: isList)
        }
        let function = AggregateFunction(
            kind: kind, arguments: [interpolated(type, item)], result: isList ? .list(item) : item)
        return (function, [call.arguments[0]])
    }

    /// What values are cast to before the quantiles of them are found.
    private static func interpolated(_ type: ValueType, _ item: ValueType) -> ValueType {
        item == .float64 ? .float64 : type
    }
}

extension AggregateFunction.Wording {
    fileprivate func expect(_ count: Int) throws(TextError) {
        guard !isOfRows, arguments.count == count else {
            throw error("takes \(count == 1 ? "one argument" : "\(count) arguments")")
        }
    }

    /// The type that a number is cast to.
    fileprivate func number(_ index: Int, _ type: ValueType) throws(TextError) -> ValueType {
        let found = arguments[index].type
        guard found.isNumber || found == .null || found == .bool && name == "avg" else {
            throw TextError(
                "\(name)() takes numbers, not \(found.name)", at: arguments[index].place,
                hint: found == .text ? "cast to DOUBLE or BIGINT first, or TRY_CAST" : nil)
        }
        return type
    }

    /// Of 0…1; a negative one counts from the greatest value.
    fileprivate func fractions(
        _ index: Int
    ) throws(TextError) -> (fractions: [Double], isList: Bool) {
        let value = try constant(index)
        var isList = false
        var values = [value]
        if case .list(let items) = value { (values, isList) = (items, true) }
        var fractions: [Double] = []
        for value in values {
            guard let fraction = value.double, fraction >= -1, fraction <= 1 else {
                throw TextError(
                    "\(name)() takes fractions of 0 to 1, such as 0.95", at: arguments[index].place)
            }
            fractions.append(fraction)
        }
        return (fractions, isList)
    }
}
