import AuraQuery

extension Terminal {
    /// A line of a query's text in colours, where they are welcome.
    func highlighted(_ text: String) -> String {
        guard hasColor else { return text }
        let bytes = Array(text.utf8)
        func piece(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        var shown = ""
        var end = 0
        for part in TextPart.all(of: text) {
            shown += piece(end..<part.bytes.lowerBound)
            shown += styled(piece(part.bytes), part.kind.style)
            end = part.bytes.upperBound
        }
        return shown + piece(end..<bytes.count)
    }
}

extension TextPart.Kind {
    fileprivate var style: Terminal.Style {
        switch self {
        case .keyword: .bold
        case .text: .green
        case .number: .cyan
        case .comment: .dim
        }
    }
}
