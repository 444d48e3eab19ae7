import AuraCore

/// A type of Swift whose values are those of a type of queries.
protocol NativeValue: SendableMetatype {
    static var valueType: ValueType { get }
    /// Whether NULL is one of them.
    static var takesNull: Bool { get }
    /// What a value of the type is in Swift; nil of another type.
    init?(of value: Value)
    var asValue: Value { get }
}

extension NativeValue {
    static var takesNull: Bool { false }
}

extension ScalarFunction {
    /// A function of Swift, whose types say what the arguments and the result are.
    ///
    /// It gets no NULL, which makes the result NULL, but where a parameter is optional.
    init<each Argument: NativeValue, Result: NativeValue>(
        _ body: @escaping @Sendable (repeat each Argument) throws(ComputationError) -> Result
    ) {
        var parameters: [ValueType] = []
        var takesNull: [Bool] = []
        for argument in repeat (each Argument).self {
            parameters.append(argument.valueType)
            takesNull.append(argument.takesNull)
        }
        let types = parameters
        let required = takesNull.indices.filter { !takesNull[$0] }
        let kernel: @Sendable ([Value]) throws(ComputationError) -> Value = {
            values throws(ComputationError) in
            if required.contains(where: { values[$0].isNull }) { return .null }
            var index = 0
            func next<Native: NativeValue>(_: Native.Type) throws(ComputationError) -> Native {
                defer { index += 1 }
                guard let argument = Native(of: values[index]) else {
                    throw ComputationError("\(values[index]) is no \(types[index].name)")
                }
                return argument
            }
            let result = try body(repeat try next((each Argument).self)).asValue
            if case .text(let text) = result { try TextSize.check(text.utf8.count) }
            return result
        }
        self.init(
            parameters, Result.valueType,
            takesNull.contains(true) ? .nullable(kernel) : .values(kernel))
    }
}

extension Bool: NativeValue {
    static var valueType: ValueType { .bool }

    init?(of value: Value) {
        guard case .bool(let bool) = value else { return nil }
        self = bool
    }

    var asValue: Value { .bool(self) }
}

extension Int64: NativeValue {
    static var valueType: ValueType { .int64 }

    init?(of value: Value) {
        guard case .int64(let number) = value else { return nil }
        self = number
    }

    var asValue: Value { .int64(self) }
}

extension Int128: NativeValue {
    static var valueType: ValueType { .int128 }

    init?(of value: Value) {
        guard let number = value.integer else { return nil }
        self = number
    }

    var asValue: Value { .int128(self) }
}

extension Double: NativeValue {
    static var valueType: ValueType { .float64 }

    init?(of value: Value) {
        guard let number = value.double else { return nil }
        self = number
    }

    var asValue: Value { .float64(self) }
}

extension String: NativeValue {
    static var valueType: ValueType { .text }

    init?(of value: Value) {
        guard case .text(let text) = value else { return nil }
        self = text
    }

    var asValue: Value { .text(self) }
}

extension Optional: NativeValue where Wrapped: NativeValue {
    static var valueType: ValueType { Wrapped.valueType }
    static var takesNull: Bool { true }

    init?(of value: Value) {
        self = value.isNull ? .none : Wrapped(of: value)
    }

    var asValue: Value { map(\.asValue) ?? .null }
}

/// A list whose items are of one type.
extension Array: NativeValue where Element: NativeValue {
    static var valueType: ValueType { .list(Element.valueType) }

    init?(of value: Value) {
        guard case .list(let items) = value else { return nil }
        self = items.compactMap { Element(of: $0) }
    }

    var asValue: Value { .list(map(\.asValue)) }
}

/// How large a text may become.
enum TextSize {
    static let maximum = Limits.stringBytes * 16

    /// Refuses a text of so many bytes, `count` times.
    static func check(_ bytes: Int, times count: Int64 = 1) throws(ComputationError) {
        let (product, overflows) = Int64(bytes).multipliedReportingOverflow(by: count)
        guard overflows || product > maximum else { return }
        throw ComputationError(
            "a text of more than \(maximum) bytes would come out",
            hint: "take a part of the text first, or fewer repetitions")
    }
}

/// How large the texts or lists become that a function makes for some rows at once.
enum ColumnSize {
    /// A part of what ends of texts in 32 bits can tell.
    static let maximum = 1 << 30

    /// Refuses so many bytes.
    static func check(_ bytes: Int) throws(ComputationError) {
        guard bytes > maximum else { return }
        throw ComputationError(
            "texts or lists of more than \(maximum) bytes would come out at once",
            hint: "filter or group first, or make them smaller")
    }
}
