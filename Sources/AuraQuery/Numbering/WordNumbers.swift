import AuraCore

/// Distinct words, each with a number from 1 on: first come, first numbered.
///
/// While they lie close together they are looked up by their place in that range, else by hash.
struct WordNumbers: Sendable {
    /// By number, from 1 on, until there is a table.
    private var words: [Int64] = []
    /// Holds all words.
    private var range: ClosedRange<Int64>?
    /// The number of each word from the least one on, or 0; empty while there is a table.
    private var places: [UInt32] = []
    private var base: Int64 = 0
    private var table: NumberTable<UInt64>?

    /// A range that is looked up by place though few of it were seen.
    private static let smallRange = 1 << 18
    private static let greatestRange = 1 << 22

    init() {}

    /// By number, from 1 on.
    var keys: [Int64] { table?.keys.mapped { Int64(bitPattern: $0) } ?? words }
    var count: Int { table?.count ?? words.count }
    /// Bytes of memory, about.
    var size: Int { table.map { $0.count * 20 } ?? words.count * 8 + places.count * 4 }

    /// The number of each word, 0 where it is not valid; new ones are added.
    mutating func numbers(of words: [Int64], _ valid: [Bool]?) -> [UInt32] {
        makeRoom(for: words, valid)
        if var table {
            // Out of here while it changes, lest it be copied.
            self.table = nil
            let numbers = table.numbers(of: words.mapped { UInt64(bitPattern: $0) }, valid)
            self.table = table
            return numbers
        }
        var numbers = [UInt32](repeating: 0, count: words.count)
        // Out of here while they change, so that no copy is feared for each word.
        var (known, places) = (self.words, self.places)
        (self.words, self.places) = ([], [])
        WordNumbers.fill(&numbers, of: words, valid, &known, &places, base)
        (self.words, self.places) = (known, places)
        return numbers
    }

    private static func fill(
        _ numbers: inout [UInt32], of words: [Int64], _ valid: [Bool]?, _ known: inout [Int64],
        _ places: inout [UInt32], _ base: Int64
    ) {
        var numbers = numbers.mutableSpan
        var places = places.mutableSpan
        @inline(__always)
        func number(_ word: Int64, _ places: inout MutableSpan<UInt32>) -> UInt32 {
            let place = Int(word &- base)
            let number = places[place]
            if number != 0 { return number }
            known.append(word)
            places[place] = UInt32(known.count)
            return UInt32(known.count)
        }
        let words = words.span
        guard let valid else {
            for row in words.indices { numbers[row] = number(words[row], &places) }
            return
        }
        let isValid = valid.span
        for row in words.indices where isValid[row] { numbers[row] = number(words[row], &places) }
    }

    /// As `numbers`, for words that may have none.
    func known(_ words: [Int64], _ valid: [Bool]?, unknown: UInt32) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: words.count)
        for row in words.indices where valid?[row] ?? true {
            numbers[row] = known(words[row]) ?? unknown
        }
        return numbers
    }

    /// The number of a word; nil if it has none.
    @inline(__always)
    func known(_ word: Int64) -> UInt32? {
        if let table { return table.known(UInt64(bitPattern: word)).map { $0 + 1 } }
        let place = UInt64(bitPattern: word &- base)
        let number = place < UInt64(places.count) ? places[Int(place)] : 0
        return number == 0 ? nil : number
    }

    /// Gives all of the words places if they lie close enough together, else makes a table.
    private mutating func makeRoom(for words: [Int64], _ valid: [Bool]?) {
        guard let all = WordNumbers.range(of: words, valid, range) else { return }
        let isWider = all != range
        range = all
        let width = UInt64(bitPattern: all.upperBound &- all.lowerBound)
        let limit = min(
            max(WordNumbers.smallRange, max(count, words.count) * 32), WordNumbers.greatestRange)
        guard width < UInt64(limit) else {
            if table != nil { return }
            var table = NumberTable<UInt64>()
            for word in self.words { _ = table.number(of: UInt64(bitPattern: word)) }
            (self.words, places) = ([], [])
            self.table = table
            return
        }
        if let table {
            self.words = table.keys.mapped { Int64(bitPattern: $0) }
            self.table = nil
        } else if !isWider || base == all.lowerBound && Int(width) < places.count {
            return
        }
        // With room behind, so that what grows slowly is not copied each time.
        base = all.lowerBound
        places = Array(
            repeating: 0, count: min(Int(width) * 3 / 2, WordNumbers.greatestRange) + 1)
        for (index, word) in self.words.enumerated() {
            places[Int(word &- base)] = UInt32(index + 1)
        }
    }

    /// The least and the greatest word, those of a range among them; nil if there is none.
    static func range(
        of words: [Int64], _ valid: [Bool]?, _ known: ClosedRange<Int64>?
    ) -> ClosedRange<Int64>? {
        var least = known?.lowerBound ?? .max
        var greatest = known?.upperBound ?? .min
        if let valid {
            for row in words.indices where valid[row] {
                least = min(least, words[row])
                greatest = max(greatest, words[row])
            }
        } else {
            for word in words {
                least = min(least, word)
                greatest = max(greatest, word)
            }
        }
        return least <= greatest ? least...greatest : nil
    }
}
