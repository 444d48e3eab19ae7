import AuraCore

/// Texts by code, distinct and ascending bytewise.
public struct TextTable: Sendable {
    private enum Place: Sendable {
        /// Those of a batch's dictionary.
        case batch(EventBatch)
        case block(TextBlock)
        /// Each with as many texts as the first, but the last.
        case blocks([TextBlock], perBlock: UInt32)
    }

    /// Texts one after another in a buffer, from an offset on.
    private struct TextBlock: Sendable {
        let bytes: [UInt8]
        let start: Int
        let ends: [UInt32]

        @inline(__always)
        func withBytes<Result>(of index: Int, _ body: (RawSpan) -> Result) -> Result {
            let first = index == 0 ? 0 : Int(ends[index - 1])
            return body(bytes.rawSpan.slice(start + first, Int(ends[index]) - first))
        }
    }

    private let place: Place

    /// The dictionary of a batch.
    init(_ batch: EventBatch) {
        place = .batch(batch)
    }

    /// Texts that lie one after another from `start` on; `ends` count from there, to 4 GiB at most.
    init(_ bytes: [UInt8], start: Int, ends: [Int64]) {
        place = .block(TextBlock(bytes: bytes, start: start, ends: ends.map { UInt32($0) }))
    }

    /// Texts one after another in a buffer, each up to the place where the next begins.
    package init(_ bytes: [UInt8], ends: [UInt32]) {
        place = .block(TextBlock(bytes: bytes, start: 0, ends: ends))
    }

    /// Tables of a buffer each, one after another, with `perBlock` texts each but the last.
    init(_ tables: [TextTable], perBlock: Int) {
        if tables.count == 1 {
            self = tables[0]
            return
        }
        let blocks = tables.map { table in
            guard case .block(let block) = table.place else {
                preconditionFailure("a table that is no block")
            }
            return block
        }
        place = .blocks(blocks, perBlock: UInt32(perBlock))
    }

    /// How many there are.
    public var count: Int {
        switch place {
        case .batch(let batch): batch.layout.strings.count
        case .block(let block): block.ends.count
        case .blocks(let blocks, let perBlock):
            (blocks.count - 1) * Int(perBlock) + (blocks.last?.ends.count ?? 0)
        }
    }

    /// Bytes that all of them have, or that a batch has which holds them.
    package var byteCount: Int {
        switch place {
        case .batch(let batch): batch.bytes.byteCount
        case .block(let block): Int(block.ends.last ?? 0)
        case .blocks(let blocks, _): blocks.reduce(0) { $0 + Int($1.ends.last ?? 0) }
        }
    }

    /// Calls `body` with the bytes of the text of that code.
    @inline(__always)
    public func withBytes<Result>(of code: Int, _ body: (RawSpan) -> Result) -> Result {
        switch place {
        case .batch(let batch):
            return body(batch.layout.strings.bytes(of: code, in: batch.bytes))
        case .block(let block): return block.withBytes(of: code, body)
        case .blocks(let blocks, let perBlock):
            let (block, index) = UInt32(code).quotientAndRemainder(dividingBy: perBlock)
            return blocks[Int(block)].withBytes(of: Int(index), body)
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
