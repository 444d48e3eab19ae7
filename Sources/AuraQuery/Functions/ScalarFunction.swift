import AuraCore

/// What cannot be computed from some values: the place is added by whoever knows it.
struct ComputationError: Error, Hashable, Sendable {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// Nobody wants the values any more.
    static let stopped = ComputationError("the query was stopped")
}

/// A function of values, for arguments of certain types.
struct ScalarFunction: Sendable {
    /// How the result comes from the arguments.
    enum Kernel: Sendable {
        /// From those of one row, none of which is NULL; a NULL makes the result NULL.
        case values(@Sendable ([Value]) throws(ComputationError) -> Value)
        /// From those of one row.
        case nullable(@Sendable ([Value]) throws(ComputationError) -> Value)
        /// From a whole number, a date or a time to one.
        case integer(@Sendable (Int64) throws(ComputationError) -> Int64)
        /// From a float to one.
        case float(@Sendable (Double) -> Double)
        /// From whole columns, of so many rows; looks after NULLs itself.
        case columns(@Sendable ([Vector], Int) throws(ComputationError) -> Vector)
    }

    /// Types of the arguments.
    let parameters: [ValueType]
    /// Whether the last parameter may be repeated, or left out.
    let isVariadic: Bool
    let result: ValueType
    let kernel: Kernel
    /// Whether the same arguments give another result each time.
    let isVolatile: Bool

    init(
        _ parameters: [ValueType], _ result: ValueType, isVariadic: Bool = false,
        isVolatile: Bool = false, _ kernel: Kernel
    ) {
        self.parameters = parameters
        self.result = result
        self.isVariadic = isVariadic
        self.isVolatile = isVolatile
        self.kernel = kernel
    }

    /// How far arguments are from the parameters; nil if they do not fit.
    func distance(to arguments: [ArgumentType]) -> Int? {
        if isVariadic {
            guard arguments.count >= parameters.count - 1 else { return nil }
        } else if arguments.count != parameters.count {
            return nil
        }
        var sum = 0
        for (index, argument) in arguments.enumerated() {
            let wanted = parameters[min(index, parameters.count - 1)]
            guard let step = argument.distance(to: wanted) else { return nil }
            sum += step
        }
        return sum
    }

    /// The type that the argument at an index is cast to.
    func parameter(_ index: Int) -> ValueType { parameters[min(index, parameters.count - 1)] }
}

/// What is known of an argument before it is cast.
struct ArgumentType {
    let type: ValueType
    /// Whether it is a text in the query, which takes any type it can be read as.
    let isLiteral: Bool

    /// How far its type is from another that it becomes by itself; nil if it does not.
    func distance(to wanted: ValueType) -> Int? {
        if type == wanted { return 0 }
        switch (type, wanted) {
        case (.null, _): return 1
        case (.list(let item), .list(let other)):
            return ArgumentType(type: item, isLiteral: false).distance(to: other)
        case (.int64, .int128): return 1
        case (.int64, .float64): return 2
        case (.int128, .float64): return 3
        case (.date, .timestamp): return 1
        case (.date, .instant): return 3
        case (.timestamp, .instant): return 2
        case (.text, _) where isLiteral: return 4
        default: return nil
        }
    }
}

extension ScalarFunction {
    /// All functions by their names in lower case.
    static let all: [String: [ScalarFunction]] = {
        var all: [String: [ScalarFunction]] = [:]
        for group in [
            arithmetic, mathematics, textFunctions, patternFunctions, timeParts, timeFunctions,
            intervalFunctions, listFunctions, sparklines,
        ] {
            all.merge(group) { $0 + $1 }
        }
        return all
    }()
}
