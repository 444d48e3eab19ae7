/// A growable array of plain values that has one owner.
///
/// An `Array` asks before each change whether it is shared; in the scanner and the mapper, which
/// change a few bytes for each value of each row, that was 8 % of the instructions of an import
/// (callgrind, the benchmark workload). Every index is checked.
@safe struct PlainArray<Element: BitwiseCopyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 16) {
        self.capacity = max(1, capacity)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit { unsafe base.deallocate() }

    subscript(index: Int) -> Element {
        @inline(__always) _read {
            precondition(index >= 0 && index < count)
            yield unsafe base[index]
        }
        @inline(__always) _modify {
            precondition(index >= 0 && index < count)
            yield unsafe &base[index]
        }
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { grow(to: capacity * 2) }
        unsafe (base + count).initialize(to: element)
        count += 1
    }

    /// Appends copies until there are so many.
    mutating func grow(count: Int, with element: Element) {
        if count > capacity { grow(to: max(count, capacity * 2)) }
        while self.count < count { append(element) }
    }

    /// Forgets the elements and keeps the memory.
    @inline(__always)
    mutating func removeAll() { count = 0 }

    mutating func removeLast() {
        precondition(count > 0)
        count -= 1
    }

    @inline(never)
    private mutating func grow(to capacity: Int) {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        unsafe new.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = new
        self.capacity = capacity
    }
}
