/// Gives a written value its type, or says what was expected.
struct SettingParser {
    let key: ConfigurationKey
    let value: WrittenValue

    /// One of an enumeration's words, in any case.
    func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(Problem) -> Choice {
        let text = try text()
        let words = Choice.allCases.map(\.rawValue)
        guard let choice = Choice(rawValue: text.lowercased()) else {
            throw wrong(words.map { "'\($0)'" }.joined(separator: " or "))
        }
        return choice
    }

    /// `true` or `false`, in YAML's other spellings too.
    func flag() throws(Problem) -> Bool {
        switch try text().lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: throw wrong("true or false")
        }
    }

    /// A whole number in a range.
    func number(in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = wholeNumber(try text()), range.contains(number) else {
            throw wrong("a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A size in a range.
    func size(in range: ClosedRange<ByteSize>) throws(Problem) -> ByteSize {
        guard let size = ByteSize(try text()), range.contains(size) else {
            throw wrong(
                "a size from \(range.lowerBound) to \(range.upperBound), in KiB, MiB, GiB or TiB")
        }
        return size
    }

    /// A host with a port.
    func address() throws(Problem) -> ListenAddress {
        guard let address = ListenAddress(try text()) else {
            throw wrong("host:port, such as 127.0.0.1:7171 or [::1]:7171")
        }
        return address
    }

    /// A path; a leading `~/` is the home directory.
    func path(home: String?) throws(Problem) -> String {
        let text = try text()
        guard text == "~" || text.hasPrefix("~/") else { return text }
        guard let home else { throw .noHome }
        return home + text.dropFirst()
    }

    /// A list of names, or a text with commas between them; each name once.
    func names(atMost limit: Int = .max) throws(Problem) -> [String] {
        let written =
            switch value {
            case .list(let names): names
            case .text(let text): text.split(separator: ",").map(String.init)
            }
        var names: [String] = []
        for name in written.map({ $0.trimming(while: \.isWhitespace) }) where !names.contains(name)
        {
            guard !name.isEmpty else { throw .notValue(key: key) }
            names.append(name)
        }
        guard names.count <= limit else { throw wrong("at most \(limit) names") }
        return names
    }

    private func text() throws(Problem) -> String {
        guard case .text(let text) = value, !text.isEmpty else { throw .notValue(key: key) }
        return text
    }

    private func wrong(_ expected: String) -> Problem {
        let given =
            switch value {
            case .text(let text): text
            case .list(let texts): texts.joined(separator: ", ")
            }
        return .wrongValue(key: key, given: given, expected: expected)
    }
}

extension String {
    /// Without the characters at both ends that satisfy a condition.
    func trimming(while condition: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: { !condition($0) }),
            let last = lastIndex(where: { !condition($0) })
        else { return "" }
        return String(self[first...last])
    }
}
