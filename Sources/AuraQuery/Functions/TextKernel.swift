import AuraCore
import AuraStorage

/// A function of one text, which appends its result to those of other texts.
typealias TextFunction<Results> = (RawSpan, inout Results) throws(ComputationError) -> Void

/// Makes such a function of the arguments behind the text, which may be NULL; nil makes every
/// result NULL.
typealias TextPreparation<Results> =
    @Sendable ([Value]) throws(ComputationError) -> TextFunction<Results>?

/// Results of one type, appended one after another.
protocol TextResults: SendableMetatype {
    static var type: ValueType { get }
    init()
    /// Appends something that stands for NULL.
    mutating func appendNull()
    var values: Vector.Values { get }
}

/// Results that are BOOLEAN.
struct TruthResults: TextResults {
    static let type = ValueType.bool
    private var truths: [Bool] = []

    mutating func append(_ truth: Bool) { truths.append(truth) }
    mutating func appendNull() { truths.append(false) }
    var values: Vector.Values { .bools(truths) }
}

/// Results that are VARCHAR.
struct TextValueResults: TextResults {
    static let type = ValueType.text
    private var texts = TextBuilder()

    mutating func append(_ text: RawSpan) throws(ComputationError) {
        try ColumnSize.check(texts.byteCount + text.byteCount)
        texts.append(text)
    }

    mutating func appendNull() { texts.append("") }
    var values: Vector.Values { texts.values }
}

/// Results that are lists of VARCHAR.
struct ListResults: TextResults {
    static let type = ValueType.list(.text)
    private var lists: [[Value]] = []
    private var itemCount = 0

    mutating func append(_ list: [Value]) throws(ComputationError) {
        lists.append(list)
        itemCount += list.count
        try ColumnSize.check(itemCount * MemoryLayout<Value>.stride)
    }
    mutating func appendNull() { lists.append([]) }
    var values: Vector.Values { .lists(lists) }
}

extension ScalarFunction.Kernel {
    /// Of a function of one text that is prepared from its other arguments, where preparing is
    /// work.
    ///
    /// It is prepared once if these are the same for all rows, and then computed once for each
    /// text.
    static func ofText<Results: TextResults>(
        _ prepare: @escaping TextPreparation<Results>
    ) -> ScalarFunction.Kernel {
        .columns { arguments, count throws(ComputationError) in
            try TextColumn(arguments, count: count).results(prepare)
        }
    }
}

/// A column of texts, and the other arguments of a function of them.
private struct TextColumn {
    private let texts: Vector
    private let others: ArraySlice<Vector>
    private let count: Int

    /// How many prepared functions are kept while the other arguments change from row to row.
    private static let preparedCount = 16

    init(_ arguments: [Vector], count: Int) {
        texts = arguments[0]
        others = arguments.dropFirst()
        self.count = count
    }

    func results<Results: TextResults>(
        _ prepare: TextPreparation<Results>
    ) throws(ComputationError) -> Vector {
        guard others.allSatisfy(\.isConstant) else { return try byArguments(prepare) }
        // Before any row is looked at: what is wrong with a pattern is wrong with the query.
        let function = try prepare(others.map { $0.value(0) })
        guard let function, !texts.isNull else {
            return Vector(.null, Results.type, count: count)
        }
        if texts.isConstant { return try byRow(1, function).repeated(count) }
        let (codes, table) = texts.texts
        return table.count < count
            ? try byCode(codes, table, function) : try byRow(count, function)
    }

    /// For each text once.
    private func byCode<Results: TextResults>(
        _ codes: [UInt32], _ table: TextEntries, _ function: TextFunction<Results>
    ) throws(ComputationError) -> Vector {
        var results = Results()
        // Where the result of a text lies among all, the first of which is that of NULL.
        var places = [UInt32](repeating: 0, count: table.count)
        var rows = [UInt32](repeating: 0, count: codes.count)
        var valid = [texts.valid == nil]
        results.appendNull()
        for row in codes.indices where texts.isValid(row) {
            let code = Int(codes[row])
            if places[code] == 0 {
                places[code] = UInt32(valid.count)
                try table.append(code, function, to: &results)
                valid.append(true)
            }
            rows[row] = places[code]
        }
        return Vector(Results.type, results.values, valid: valid[0] ? nil : valid).rows(rows)
    }

    /// For each row.
    private func byRow<Results: TextResults>(
        _ count: Int, _ function: TextFunction<Results>
    ) throws(ComputationError) -> Vector {
        let (codes, table) = texts.texts
        var results = Results()
        for row in 0..<count {
            if texts.isValid(row) {
                try table.append(Int(codes[row]), function, to: &results)
            } else {
                results.appendNull()
            }
        }
        return Vector(Results.type, results.values, valid: texts.valid)
    }

    /// For each row, with the function for its other arguments.
    private func byArguments<Results: TextResults>(
        _ prepare: TextPreparation<Results>
    ) throws(ComputationError) -> Vector {
        let (codes, table) = texts.texts
        var results = Results()
        var valid = [Bool](repeating: true, count: count)
        var prepared: [[Value]: TextFunction<Results>?] = [:]
        for row in 0..<count {
            guard texts.isValid(row) else {
                valid[row] = false
                results.appendNull()
                continue
            }
            let arguments = others.map { $0.value(row) }
            if prepared[arguments] == nil {
                if prepared.count == TextColumn.preparedCount { prepared.removeAll() }
                prepared[arguments] = .some(try prepare(arguments))
            }
            if case .some(let function?) = prepared[arguments] {
                try table.append(Int(codes[texts.place(row)]), function, to: &results)
            } else {
                valid[row] = false
                results.appendNull()
            }
        }
        return Vector(Results.type, results.values, valid: valid.contains(false) ? valid : nil)
    }
}

extension TextEntries {
    /// Appends what a function makes of the text of a code.
    fileprivate func append<Results>(
        _ code: Int, _ function: TextFunction<Results>, to results: inout Results
    ) throws(ComputationError) {
        try withBytes(of: code) { bytes in
            Result { () throws(ComputationError) in try function(bytes, &results) }
        }.get()
    }
}
