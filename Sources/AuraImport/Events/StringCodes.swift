import AuraCore

/// The codes of short strings of a batch that were used lately and break no privacy rule.
///
/// Most columns of text have few values: a place and two comparisons spare them hashing, comparing
/// and judging, 12 % of the instructions of an import of the benchmark workload (callgrind).
struct StringCodes: ~Copyable {
    /// Not private, as `EventMapper.PlanHead` is not.
    struct Entry: BitwiseCopyable {
        var text = ShortText(0, 0, size: 0)
        var code: Int32 = -1
    }

    private static let size = 256
    private var entries = PlainArray<Entry>(capacity: StringCodes.size)

    init() { removeAll() }

    mutating func removeAll() {
        entries.removeAll()
        entries.grow(count: StringCodes.size, with: Entry())
    }

    @inline(__always)
    func code(of text: ShortText) -> Int? {
        let place = Int(text.hash) & (StringCodes.size - 1)
        guard entries[place].text == text, entries[place].code >= 0 else { return nil }
        return Int(entries[place].code)
    }

    /// Keeps a code in the stead of another.
    mutating func keep(_ code: Int, of text: RawSpan) {
        guard text.byteCount <= 16 else { return }
        let text = ShortText(text.word(0), text.word(8), size: text.byteCount)
        entries[Int(text.hash) & (StringCodes.size - 1)] = Entry(text: text, code: Int32(code))
    }
}
