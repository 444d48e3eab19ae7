import AuraCore

/// Texts by code, distinct and ascending bytewise.
public struct TextTable: Sendable {
    private enum Place: Sendable {
        /// Those of a batch's dictionary.
        case batch(EventBatch)
        /// One after another in a buffer, from an offset on.
        case buffer([UInt8], start: Int, ends: [UInt32])
    }

    private let place: Place

    /// The dictionary of a batch.
    init(_ batch: EventBatch) {
        place = .batch(batch)
    }

    /// Texts that lie one after another from `start` on; `ends` count from there, to 4 GiB at most.
    init(_ bytes: [UInt8], start: Int, ends: [Int64]) {
        place = .buffer(bytes, start: start, ends: ends.map { UInt32($0) })
    }

    /// How many there are.
    public var count: Int {
        switch place {
        case .batch(let batch): batch.layout.strings.count
        case .buffer(_, _, let ends): ends.count
        }
    }

    /// Calls `body` with the bytes of the text of that code.
    @inline(__always)
    public func withBytes<Result>(of code: Int, _ body: (RawSpan) -> Result) -> Result {
        switch place {
        case .batch(let batch):
            return body(batch.layout.strings.bytes(of: code, in: batch.bytes))
        case .buffer(let bytes, let start, let ends):
            let first = code == 0 ? 0 : Int(ends[code - 1])
            return body(bytes.rawSpan.slice(start + first, Int(ends[code]) - first))
        }
    }

    /// The text of that code.
    public func text(_ code: Int) -> String { withBytes(of: code) { $0.text } }

    /// The code of a text, if it is among them; O(log count).
    public func code(of text: String) -> Int? {
        let wanted = ExactText(text)
        var lower = 0
        var upper = count
        while lower < upper {
            let middle = (lower + upper) / 2
            let found = ExactText(self.text(middle))
            if found == wanted { return middle }
            if found < wanted { lower = middle + 1 } else { upper = middle }
        }
        return nil
    }
}
