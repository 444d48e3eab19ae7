import AuraCore
import AuraStorage

/// Texts by code: what the rows of a column of VARCHAR point into.
///
/// Networks and UUIDs are written when one of them is looked at: most of them never are.
enum TextEntries: Sendable {
    case table(TextTable)
    /// The codes of networks as `IPPrefix` has them, or of NULL anything.
    case networks([Int64])
    case uuids([UUIDBytes])

    /// How many there are.
    var count: Int {
        switch self {
        case .table(let table): table.count
        case .networks(let networks): networks.count
        case .uuids(let uuids): uuids.count
        }
    }

    /// Bytes that all of them have, or a little more.
    var byteCount: Int {
        switch self {
        case .table(let table): table.byteCount
        case .networks(let networks): networks.count * 20
        case .uuids(let uuids): uuids.count * 36
        }
    }

    /// Calls `body` with the bytes of the text of that code.
    @inline(__always)
    func withBytes<Result>(of code: Int, _ body: (RawSpan) -> Result) -> Result {
        switch self {
        case .table(let table): return table.withBytes(of: code, body)
        case .networks(let networks):
            let text = IPPrefix(rawValue: UInt64(bitPattern: networks[code]))?.text ?? ShortText()
            return body(text.bytes)
        case .uuids(let uuids):
            let text = uuids[code].text
            return body(text.bytes)
        }
    }

    /// Each of them, in their order.
    var values: Vector.Values { .texts((0..<UInt32(count)).map { $0 }, self) }

    /// The text of that code.
    func text(_ code: Int) -> String { withBytes(of: code) { $0.text } }
}

extension IPPrefix {
    /// The network that is written like this; nil for any other text.
    init?(canonical bytes: RawSpan) {
        self.init(truncating: bytes)
        guard text.bytes.isEqual(bytes) else { return nil }
    }
}
