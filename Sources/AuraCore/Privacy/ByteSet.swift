/// A fixed set of short texts, looked up by their bytes, without making a `String`.
struct ByteSet: Sendable {
    private let heap: [UInt8]
    /// Start of each text in the heap, and the end of the last.
    private let starts: [Int]
    /// Position of a text + 1, or 0 where free; the size is a power of two.
    private let slots: [UInt32]

    init(_ texts: some Sequence<String>) {
        var heap: [UInt8] = []
        var starts = [0]
        for text in texts {
            heap.append(contentsOf: text.utf8)
            starts.append(heap.count)
        }
        var size = 8
        while size < starts.count * 4 { size *= 2 }
        var slots = [UInt32](repeating: 0, count: size)
        for index in 0..<starts.count - 1 {
            let text = heap.rawSpan.slice(starts[index], starts[index + 1] - starts[index])
            var slot = Int(Checksum.hash32(text)) & (size - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = UInt32(index + 1)
        }
        self.heap = heap
        self.starts = starts
        self.slots = slots
    }

    /// Whether the set holds exactly these bytes.
    func contains(_ bytes: RawSpan) -> Bool {
        var slot = Int(Checksum.hash32(bytes)) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            let text = heap.rawSpan.slice(starts[index], starts[index + 1] - starts[index])
            if text.isEqual(bytes) { return true }
            slot = (slot + 1) & (slots.count - 1)
        }
        return false
    }
}
