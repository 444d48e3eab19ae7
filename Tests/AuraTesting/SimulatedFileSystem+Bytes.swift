extension SimulatedFileSystem {
    /// The bytes of a file in pages that versions of it share until they differ.
    ///
    /// Copying costs a reference; a write to a shared page copies 4 KiB. What lies between `size`
    /// and the end of the last page is zero.
    struct Bytes: Sendable {
        static let pageSize = 4096
        static let sectorSize = 512
        static let sectorsPerPage = pageSize / sectorSize
        private static let zeroPage = [UInt8](repeating: 0, count: pageSize)

        /// Size in bytes.
        private(set) var size = 0
        /// As many pages as `size` needs; an empty one stands for zeros.
        private var pages: [[UInt8]] = []

        func read(at offset: Int, count: Int) -> [UInt8] {
            let end = min(size, offset.addingReportingOverflow(count).partialValue)
            guard offset < end else { return [] }
            return unsafe [UInt8](unsafeUninitializedCapacity: end - offset) { buffer, filled in
                let output = UnsafeMutableRawBufferPointer(buffer)
                forEachPage(of: offset..<end) { page, inPage, inRange in
                    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: output[inRange])
                    if pages[page].isEmpty {
                        unsafe target.initializeMemory(as: UInt8.self, repeating: 0)
                    } else {
                        unsafe pages[page].withUnsafeBytes {
                            unsafe target.copyMemory(
                                from: UnsafeRawBufferPointer(rebasing: $0[inPage]))
                        }
                    }
                }
                filled = end - offset
            }
        }

        mutating func write(_ bytes: [UInt8], at offset: Int) {
            if bytes.isEmpty { return }
            resize(to: max(size, offset + bytes.count))
            forEachPage(of: offset..<offset + bytes.count) { page, inPage, inRange in
                overwrite(page, inPage, with: bytes, inRange)
            }
        }

        /// Cuts the file or extends it with zeros.
        mutating func resize(to newSize: Int) {
            let pageCount = (newSize + Self.pageSize - 1) / Self.pageSize
            if newSize < size {
                pages.removeLast(pages.count - pageCount)
                let kept = newSize % Self.pageSize
                if kept != 0 && !pages[pageCount - 1].isEmpty {
                    overwrite(
                        pageCount - 1, kept..<Self.pageSize, with: Self.zeroPage,
                        kept..<Self.pageSize)
                }
            } else {
                pages.append(contentsOf: repeatElement([], count: pageCount - pages.count))
            }
            size = newSize
        }

        /// Makes the page the same as that of `other`; nothing where either has no such page.
        mutating func sharePage(_ page: Int, from other: Bytes) {
            guard page < pages.count && page < other.pages.count else { return }
            pages[page] = other.pages[page]
        }

        /// Makes one sector the same as that of `other`; nothing where either has no such sector.
        mutating func copySector(_ sector: Int, from other: Bytes) {
            let (page, place) = Self.place(of: sector)
            guard page < pages.count && page < other.pages.count else { return }
            let source = other.pages[page].isEmpty ? Self.zeroPage : other.pages[page]
            overwrite(page, place, with: source, place)
        }

        /// Puts `bytes` in the place of one sector; nothing where there is no such sector.
        mutating func replaceSector(_ sector: Int, with bytes: [UInt8]) {
            let (page, place) = Self.place(of: sector)
            guard page < pages.count else { return }
            overwrite(page, place, with: bytes, 0..<Self.sectorSize)
            // Keeps the bytes after the end zero.
            if (page + 1) * Self.pageSize > size {
                let used = size - page * Self.pageSize
                overwrite(page, used..<Self.pageSize, with: Self.zeroPage, used..<Self.pageSize)
            }
        }

        /// Turns one bit over, counted from the lowest of the first byte; traps after the end.
        mutating func flipBit(_ bit: Int) {
            precondition(bit >= 0 && bit < size * 8, "Bit \(bit) lies outside \(size) bytes")
            let (page, offset) = (bit / 8).quotientAndRemainder(dividingBy: Self.pageSize)
            if pages[page].isEmpty { pages[page] = Self.zeroPage }
            pages[page][offset] ^= 1 << (bit % 8)
        }

        private static func place(of sector: Int) -> (page: Int, bytes: Range<Int>) {
            let (page, index) = sector.quotientAndRemainder(dividingBy: sectorsPerPage)
            return (page, index * sectorSize..<(index + 1) * sectorSize)
        }

        private mutating func overwrite(
            _ page: Int, _ place: Range<Int>, with bytes: [UInt8], _ source: Range<Int>
        ) {
            if pages[page].isEmpty { pages[page] = Self.zeroPage }
            unsafe pages[page].withUnsafeMutableBytes { target in
                unsafe bytes.withUnsafeBytes { bytes in
                    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: target[place])
                    unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[source]))
                }
            }
        }
    }
}

/// Calls `body` for each page that a range of bytes touches, with the touched bytes counted from
/// the start of the page and from the start of the range.
private func forEachPage(
    of range: Range<Int>, _ body: (_ page: Int, _ inPage: Range<Int>, _ inRange: Range<Int>) -> Void
) {
    let pageSize = SimulatedFileSystem.Bytes.pageSize
    var offset = range.lowerBound
    while offset < range.upperBound {
        let (page, start) = offset.quotientAndRemainder(dividingBy: pageSize)
        let count = min(pageSize - start, range.upperBound - offset)
        let done = offset - range.lowerBound
        body(page, start..<start + count, done..<done + count)
        offset += count
    }
}
