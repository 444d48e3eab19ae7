import AuraCore

/// How `strftime` writes times and `strptime` reads them: characters, and `%` with a letter.
struct TimeFormat: Sendable {
    /// What stands for a part of a time.
    enum Field: UInt8, Sendable {
        case shortWeekday = 0x61  // a
        case weekday = 0x41  // A
        case shortMonthName = 0x62  // b
        case monthName = 0x42  // B
        case dayOfMonth = 0x64  // d
        case microsecond = 0x66  // f
        case millisecond = 0x67  // g
        case isoYear = 0x47  // G
        case hour = 0x48  // H
        case hour12 = 0x49  // I
        case dayOfYear = 0x6A  // j
        case month = 0x6D  // m
        case minute = 0x4D  // M
        case nanosecond = 0x6E  // n
        case half = 0x70  // p
        case second = 0x53  // S
        case isoWeekday = 0x75  // u
        case sundayWeek = 0x55  // U
        case isoWeek = 0x56  // V
        case weekdayNumber = 0x77  // w
        case mondayWeek = 0x57  // W
        case yearOfCentury = 0x79  // y
        case year = 0x59  // Y
        case offset = 0x7A  // z
        case zone = 0x5A  // Z
    }

    enum Item: Sendable {
        /// A byte as it is.
        case byte(UInt8)
        /// - isPlain: Without zeros before a number.
        case field(Field, isPlain: Bool)
    }

    private(set) var items: [Item] = []

    /// The format that an argument is.
    init(_ value: Value) throws(ComputationError) {
        guard case .text(let text) = value, !text.isEmpty else {
            throw ComputationError("the format is empty", hint: "'%Y-%m-%d %H:%M:%S' is one")
        }
        var letters = text.utf8.makeIterator()
        while let byte = letters.next() {
            guard byte == UInt8(ascii: "%") else {
                items.append(.byte(byte))
                continue
            }
            guard var letter = letters.next() else { throw .wrongFormat(text, "%") }
            let isPlain = letter == UInt8(ascii: "-")
            if isPlain {
                guard let next = letters.next() else { throw .wrongFormat(text, "%-") }
                letter = next
            }
            guard let added = TimeFormat.items(letter, isPlain: isPlain) else {
                let sign = (isPlain ? "%-" : "%") + String(decoding: [letter], as: UTF8.self)
                throw .wrongFormat(text, sign)
            }
            items += added
        }
    }

    /// What a letter stands for; nil for one that stands for nothing.
    private static func items(_ letter: UInt8, isPlain: Bool) -> [Item]? {
        func fields(_ fields: [Field], _ separator: Unicode.Scalar) -> [Item] {
            let items = fields.flatMap {
                [Item.byte(UInt8(ascii: separator)), .field($0, isPlain: false)]
            }
            return Array(items.dropFirst())
        }
        let date = fields([.year, .month, .dayOfMonth], "-")
        let time = fields([.hour, .minute, .second], ":")
        if isPlain {
            guard "dmyHIMSj".utf8.contains(letter) else { return nil }
            return Field(rawValue: letter).map { [.field($0, isPlain: true)] }
        }
        switch Unicode.Scalar(letter) {
        case "%": return [.byte(letter)]
        case "c": return date + [.byte(0x20)] + time
        case "x": return date
        case "X", "T": return time
        case "h": return [.field(.shortMonthName, isPlain: false)]
        default: return Field(rawValue: letter).map { [.field($0, isPlain: false)] }
        }
    }
}

extension ComputationError {
    fileprivate static func wrongFormat(_ format: String, _ sign: String) -> ComputationError {
        ComputationError(
            "'\(sign)' in the format '\(format)' stands for nothing",
            hint: "a percent sign itself is %%")
    }
}
