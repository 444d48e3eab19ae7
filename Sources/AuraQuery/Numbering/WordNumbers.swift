import AuraCore

/// Distinct words, each with a number from 1 on: first come, first numbered.
///
/// While they lie close together they are looked up by their place in that range, else by hash.
struct WordNumbers: Sendable {
    /// By number, from 1 on, until there is a table.
    private var words: [UInt64] = []
    /// The least word that has a place.
    private var base: Int64 = 0
    /// The number of each word from `base` on, or 0; empty once there is a table.
    private var places: [UInt32] = []
    private var table: NumberTable<UInt64>?

    /// A range that is looked up by place though few of it were seen.
    private static let smallRange: UInt64 = 1 << 16
    private static let greatestRange: UInt64 = 1 << 22

    init() {}

    /// By number, from 1 on.
    var keys: [UInt64] { table?.keys ?? words }
    var count: Int { table?.count ?? words.count }
    /// Bytes of memory, about.
    var size: Int { table.map { $0.count * 20 } ?? words.count * 8 + places.count * 4 }

    /// The number of each word, 0 where it is not valid; new ones are added.
    mutating func numbers(of words: [UInt64], _ valid: [Bool]?) -> [UInt32] {
        makeRoom(for: words, valid)
        if table != nil { return tableNumbers(words, valid) }
        var numbers = [UInt32](repeating: 0, count: words.count)
        let base = base
        for row in words.indices where valid?[row] ?? true {
            let place = Int(Int64(bitPattern: words[row]) &- base)
            let known = places[place]
            numbers[row] = known != 0 ? known : add(words[row], place)
        }
        return numbers
    }

    /// As `numbers`, for words that may have none.
    func known(_ words: [UInt64], _ valid: [Bool]?, unknown: UInt32) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: words.count)
        if let table {
            for row in words.indices where valid?[row] ?? true {
                numbers[row] = table.known(words[row]).map { $0 + 1 } ?? unknown
            }
            return numbers
        }
        for row in words.indices where valid?[row] ?? true {
            let place = UInt64(bitPattern: Int64(bitPattern: words[row]) &- base)
            let known = place < UInt64(places.count) ? places[Int(place)] : 0
            numbers[row] = known == 0 ? unknown : known
        }
        return numbers
    }

    @inline(never)
    private mutating func add(_ word: UInt64, _ place: Int) -> UInt32 {
        self.words.append(word)
        places[place] = UInt32(self.words.count)
        return UInt32(self.words.count)
    }

    private mutating func tableNumbers(_ words: [UInt64], _ valid: [Bool]?) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: words.count)
        // Out of here while it changes, lest it be copied.
        var table = self.table ?? NumberTable()
        self.table = nil
        var last: (word: UInt64, number: UInt32)?
        for row in words.indices where valid?[row] ?? true {
            let word = words[row]
            // Neighbours are often alike.
            if let last, last.word == word {
                numbers[row] = last.number
                continue
            }
            let number = table.number(of: word) + 1
            last = (word, number)
            numbers[row] = number
        }
        self.table = table
        return numbers
    }

    /// Gives all of the words places, or makes a table if they lie too far apart.
    private mutating func makeRoom(for words: [UInt64], _ valid: [Bool]?) {
        guard table == nil else { return }
        var least = Int64.max
        var greatest = Int64.min
        for row in words.indices where valid?[row] ?? true {
            let word = Int64(bitPattern: words[row])
            least = min(least, word)
            greatest = max(greatest, word)
        }
        guard least <= greatest else { return }
        if !places.isEmpty {
            least = min(least, base)
            greatest = max(greatest, base &+ Int64(places.count - 1))
            if least == base, greatest == base &+ Int64(places.count - 1) { return }
        }
        let range = UInt64(bitPattern: greatest &- least)
        let limit = max(
            WordNumbers.smallRange, UInt64(max(self.words.count, words.count)) * 32)
        guard range < min(limit, WordNumbers.greatestRange) else {
            places = []
            var table = NumberTable<UInt64>()
            for word in self.words { _ = table.number(of: word) }
            self.words = []
            self.table = table
            return
        }
        // With room behind, so that what grows slowly is not copied each time.
        let end = min(range + range / 2, WordNumbers.greatestRange) + 1
        base = least
        places = Array(repeating: 0, count: Int(end))
        for (number, word) in self.words.enumerated() {
            places[Int(Int64(bitPattern: word) &- base)] = UInt32(number + 1)
        }
    }
}
