/// A batch that is known to be valid: its bytes, and where everything lies in them.
///
/// Immutable and cheap to copy; several batches may share one buffer.
public struct EventBatch: Sendable {
    private let storage: [UInt8]
    private let start: Int
    /// Where everything lies.
    public let layout: BatchLayout

    /// A batch of bytes `[start, start + layout.size)` of the buffer, for which `layout` was read.
    ///
    /// The layout must be that of these bytes; otherwise reads trap or give wrong values.
    public init(storage: [UInt8], start: Int, layout: BatchLayout) {
        precondition(start >= 0 && start + layout.size <= storage.count)
        self.storage = storage
        self.start = start
        self.layout = layout
    }

    /// Checks the bytes against `Formats/batch.md` and keeps them.
    public init(validating bytes: [UInt8]) throws(FormatError) {
        let layout = try BatchLayout(validating: bytes.rawSpan)
        self.init(storage: bytes, start: 0, layout: layout)
    }

    /// The encoded batch.
    public var bytes: RawSpan {
        @_lifetime(borrow self) get { storage.rawSpan.slice(start, layout.size) }
    }

    /// Events in the batch.
    public var rowCount: Int { layout.rowCount }

    /// The string of that code.
    public func string(_ code: Int) -> String {
        layout.strings.bytes(of: code, in: bytes).text
    }

    /// The code of a string, if the batch's dictionary holds it; O(log strings).
    public func code(of string: String) -> Int? {
        layout.strings.find(string, in: bytes)
    }
}

extension BatchLayout.StringTable {
    /// The bytes of the string of that code.
    @_lifetime(copy batch)
    public func bytes(of code: Int, in batch: RawSpan) -> RawSpan {
        let start = Int(batch.load(offsetsOffset + code * 4, as: UInt32.self))
        let end = Int(batch.load(offsetsOffset + code * 4 + 4, as: UInt32.self))
        return batch.slice(bytesOffset + start, end - start)
    }

    /// The code of a string, by binary search.
    func find(_ wanted: String, in batch: RawSpan) -> Int? {
        var wanted = wanted
        return wanted.withUTF8 { find(unsafe $0.span.bytes, in: batch) }
    }

    /// The code of the string of these bytes, by binary search.
    public func find(_ wanted: RawSpan, in batch: RawSpan) -> Int? {
        var lower = 0
        var upper = count
        while lower < upper {
            let middle = (lower + upper) / 2
            let order = compareBytes(bytes(of: middle, in: batch), wanted)
            if order == 0 { return middle }
            if order < 0 { lower = middle + 1 } else { upper = middle }
        }
        return nil
    }
}

/// Negative, zero or positive as the left bytes sort before, equal to or after the right.
package func compareBytes(_ left: RawSpan, _ right: RawSpan) -> Int {
    let common = min(left.byteCount, right.byteCount)
    var offset = 0
    while offset + 8 <= common {
        let a = left.load(offset, as: UInt64.self)
        let b = right.load(offset, as: UInt64.self)
        if a != b { return a.byteSwapped < b.byteSwapped ? -1 : 1 }
        offset += 8
    }
    while offset < common {
        let a = left.load(offset, as: UInt8.self)
        let b = right.load(offset, as: UInt8.self)
        if a != b { return a < b ? -1 : 1 }
        offset += 1
    }
    return left.byteCount - right.byteCount
}
