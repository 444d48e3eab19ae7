import AuraCore

/// A pattern of LIKE, ILIKE or GLOB, read once: runs with anything between them.
///
/// A run is sought from left to right and never twice: the leftmost place is also the one that ends
/// first, so that no other leaves more of the text to the runs behind it.
struct LikePattern: Sendable {
    /// What stands for a certain number of characters, or of bytes.
    enum Element: Sendable {
        /// These of the pattern's bytes.
        case text(Range<Int>)
        case character
        case byte
        /// One byte of the set at this place.
        case oneOf(Int)
    }

    /// The elements of each run.
    ///
    /// A text begins with the first run and ends with the last, and is the run if there is but one;
    /// the others lie between them in this order, with anything before each.
    private var runs: [Range<Int>] = [0..<0]
    private var elements: [Element] = []
    /// The bytes that stand for themselves.
    private var bytes: [UInt8] = []
    /// The borders of those texts that are long, at the places of their bytes.
    private var borders: [Int] = []
    /// For runs that are too long to be compared at each place.
    private var searches: [Range<Int>: BitSearch] = [:]
    /// For each of 256 bytes whether it belongs to a set, one set after another.
    private var sets: [Bool] = []
    /// Whether an escape has nothing behind it, an error as soon as a text matches what is before.
    var endsInEscape = false

    /// Matches the empty text, until more is appended.
    init() {}

    /// Whether the whole text matches.
    func matches(_ text: RawSpan) throws(ComputationError) -> Bool {
        guard var place = end(of: runs[0], in: text, from: 0) else { return false }
        let last = runs.count - 1
        guard last > 0 else { return place == text.byteCount }
        for index in 1..<last {
            guard let end = find(runs[index], in: text, from: place) else { return false }
            place = end
        }
        guard isEnd(runs[last], of: text, from: place) else { return false }
        guard !endsInEscape else {
            throw ComputationError(
                "the pattern of LIKE ends with its escape character",
                hint: "write the escape character twice to mean itself")
        }
        return true
    }
}

/// What a text has to have.
extension LikePattern {
    /// Appends a byte that stands for itself.
    mutating func append(byte: UInt8) {
        let place = bytes.count
        bytes.append(byte)
        if let run = runs.last, !run.isEmpty, case .text(let range)? = elements.last {
            elements[elements.count - 1] = .text(range.lowerBound..<place + 1)
        } else {
            append(.text(place..<place + 1), to: runs.count - 1)
        }
    }

    /// Appends what stands for one character or byte.
    mutating func append(_ element: Element) {
        // Anything and then one is the same as one and then anything, so that a run that is sought
        // begins with something to seek.
        let last = runs.count - 1
        append(element, to: last > 0 && runs[last].isEmpty ? last - 1 : last)
    }

    /// Appends one byte out of 256 that may stand there.
    mutating func append(set: [Bool]) {
        append(.oneOf(sets.count), to: runs.count - 1)
        sets += set
    }

    /// Appends what stands for any text.
    mutating func appendAnything() {
        let end = elements.count
        if runs.count == 1 || !runs[runs.count - 1].isEmpty { runs.append(end..<end) }
    }

    /// Prepares for finding, when all is there.
    mutating func finish() {
        for case .text(let range) in elements where range.count > RawSpan.shortCount {
            if borders.isEmpty { borders = [Int](repeating: 0, count: bytes.count) }
            borders.replaceSubrange(range, with: bytes.rawSpan.slice(range).borders)
        }
        for run in runs.dropFirst().dropLast() where run.count > 1 {
            let width = run.reduce(0) { $0 + count(elements[$1]) }
            if width > LikePattern.comparedWidth { searches[run] = search(for: run, width: width) }
        }
    }

    /// How many bytes and characters of a run are compared at each place that may be its first.
    private static let comparedWidth = 16

    private func count(_ element: Element) -> Int {
        if case .text(let range) = element { range.count } else { 1 }
    }

    private func search(for run: Range<Int>, width: Int) -> BitSearch {
        var search = BitSearch(capacity: width)
        for index in run {
            switch elements[index] {
            case .text(let range): for place in range { search.append { $0 == bytes[place] } }
            case .character: search.appendCharacter()
            case .byte: search.append { _ in true }
            case .oneOf(let set): search.append { holds(set, $0) }
            }
        }
        return search
    }

    /// To the last run, or to the one before it if the last has no element yet.
    private mutating func append(_ element: Element, to run: Int) {
        elements.append(element)
        let end = elements.count
        runs[run] = runs[run].lowerBound..<end
        if run < runs.count - 1 { runs[run + 1] = end..<end }
    }
}

extension LikePattern {
    /// Where a run ends that begins at a place; nil if it does not.
    @inline(__always)
    private func end(of run: Range<Int>, in text: RawSpan, from start: Int) -> Int? {
        var place = start
        for index in run {
            switch elements[index] {
            case .text(let range):
                guard text.holds(bytes.rawSpan.slice(range), at: place) else { return nil }
                place += range.count
            case .character:
                guard place < text.byteCount else { return nil }
                place = text.characterEnd(place)
            case .byte:
                guard place < text.byteCount else { return nil }
                place += 1
            case .oneOf(let set):
                guard place < text.byteCount, holds(set, text.load(place)) else { return nil }
                place += 1
            }
        }
        return place
    }

    /// Where a run ends that begins first, from a place on; nil if there is none.
    private func find(_ run: Range<Int>, in text: RawSpan, from start: Int) -> Int? {
        if !searches.isEmpty, let search = searches[run] {
            return search.end(in: text, from: start)
        }
        var place = start
        while place < text.byteCount {
            if case .text(let range) = elements[run.lowerBound] {
                let borders = borders.span.extracting(borders.isEmpty ? 0..<0 : range)
                let wanted = bytes.rawSpan.slice(range)
                guard let next = text.find(wanted, borders, from: place) else { return nil }
                if run.count == 1 { return next + range.count }
                place = next
            }
            if let end = end(of: run, in: text, from: place) { return end }
            place += 1
        }
        return nil
    }

    /// Whether a text ends with a run, which begins at a place or behind it.
    private func isEnd(_ run: Range<Int>, of text: RawSpan, from start: Int) -> Bool {
        var place = text.byteCount
        for index in run.reversed() {
            switch elements[index] {
            case .text(let range):
                place -= range.count
                guard place >= start, text.holds(bytes.rawSpan.slice(range), at: place) else {
                    return false
                }
            case .character:
                guard place > start else { return false }
                place = text.characterStart(before: place)
            case .byte:
                guard place > start else { return false }
                place -= 1
            case .oneOf(let set):
                guard place > start, holds(set, text.load(place - 1)) else { return false }
                place -= 1
            }
        }
        return place >= start
    }

    @inline(__always)
    private func holds(_ set: Int, _ byte: UInt8) -> Bool { sets[set + Int(byte)] }
}
