import AuraCore

/// The content of the blocks that say something of hours: `Formats/chunk.md`, "Rollups".
extension BlockContent {
    /// The users of hours, ascending.
    init(_ hours: [HourUsers]) {
        var forms: [Int64] = []
        var counts: [Int64] = []
        var gaps: [Int64] = []
        var ranks: [Int64] = []
        var hashes: [UInt8] = []
        for users in hours {
            switch users.form {
            case .hashes(let few):
                forms.append(0)
                counts.append(Int64(few.count))
                for hash in few { hashes.append(little: hash) }
            case .registers(let registers):
                forms.append(1)
                counts.append(Int64(registers.count))
                var next: UInt32 = 0
                for register in registers {
                    gaps.append(Int64(register >> 8 - next))
                    ranks.append(Int64(register & 0xFF))
                    next = register >> 8 + 1
                }
            case .sketch(let words):
                forms.append(2)
                counts.append(Int64(HyperLogLog.registers))
                for index in 0..<HyperLogLog.registers {
                    ranks.append(Int64(HyperLogLog.rank(of: index, in: words)))
                }
            }
        }
        var bytes: [UInt8] = []
        for integers in [hours.map(\.hour), forms, counts, gaps, ranks] {
            PackedIntegers.append(integers.span, to: &bytes)
        }
        self.init(encoding: .users, count: hours.count, bytes: bytes + hashes)
    }

    /// The values of hours, ascending.
    init(_ hours: [HourValues]) {
        var counts: [Int64] = []
        var gaps: [Int64] = []
        var numbers: [Int64] = []
        for values in hours {
            counts.append(Int64(values.words.count))
            var next: UInt64 = 1
            for word in values.words {
                let bin = word & Histogram.binMask
                gaps.append(Int64(bin - next))
                numbers.append(Int64(word >> Histogram.binBits))
                next = bin + 1
            }
        }
        var bytes: [UInt8] = []
        for integers in [hours.map(\.hour), counts, gaps, numbers] {
            PackedIntegers.append(integers.span, to: &bytes)
        }
        self.init(encoding: .histograms, count: hours.count, bytes: bytes)
    }
}

extension BlockReader {
    /// The users of hours.
    func hoursOfUsers() throws(FormatError) -> [HourUsers] {
        guard encoding == .users else { throw fail("no users of hours") }
        let (lists, end) = try lists(5)
        let (hours, forms, counts) = (lists[0], lists[1], lists[2])
        var gaps = lists[3][...]
        var ranks = lists[4][...]
        var offset = end
        try expectHours(hours, forms.count, counts.count)
        var result: [HourUsers] = []
        for index in hours.indices {
            let form: HourUsers.Form
            switch (forms[index], counts[index]) {
            case (0, 1...Int64(HourUsers.exactUsers)):
                form = .hashes(try hashes(Int(counts[index]), at: offset))
                offset += Int(counts[index]) * 8
            case (1, 1...Int64(HyperLogLog.registers)):
                form = .registers(try registers(Int(counts[index]), &gaps, &ranks))
            case (2, Int64(HyperLogLog.registers)):
                form = .sketch(try sketch(&ranks))
            default: throw fail("\(counts[index]) users of form \(forms[index])")
            }
            result.append(HourUsers(hour: hours[index], form: form))
        }
        guard gaps.isEmpty, ranks.isEmpty, offset == byteCountOfContent else {
            throw fail("something behind the users of the last hour")
        }
        return result
    }

    /// The values of hours.
    func hoursOfValues() throws(FormatError) -> [HourValues] {
        guard encoding == .histograms else { throw fail("no values of hours") }
        let (lists, end) = try lists(4)
        let (hours, counts) = (lists[0], lists[1])
        let (gaps, numbers) = (lists[2], lists[3])
        try expectHours(hours, counts.count, counts.count)
        guard counts.allSatisfy({ $0 > 0 && $0 <= gaps.count }),
            counts.reduce(0, +) == gaps.count, numbers.count == gaps.count,
            end == byteCountOfContent
        else { throw fail("histograms that do not fit") }
        var result: [HourValues] = []
        var first = 0
        for (hour, count) in zip(hours, counts) {
            let places = first..<first + Int(count)
            let words = try histogram(gaps, numbers, places)
            if let values = HourValues(hour: hour, of: words) { result.append(values) }
            first = places.upperBound
        }
        return result
    }

    private func histogram(
        _ gaps: [Int64], _ numbers: [Int64], _ places: Range<Int>
    ) throws(FormatError) -> [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity(places.count)
        var next: Int64 = 1
        for place in places {
            guard gaps[place] >= 0, gaps[place] <= Int64(Histogram.greatestBin) - next,
                numbers[place] > 0, numbers[place] <= Int64(UInt32.max)
            else { throw fail("a histogram that is none") }
            let bin = next + gaps[place]
            words.append(UInt64(numbers[place]) << Histogram.binBits | UInt64(bin))
            next = bin + 1
        }
        return words
    }

    private func expectHours(
        _ hours: [Int64], _ forms: Int, _ counts: Int
    ) throws(FormatError) {
        let isAscending = zip(hours, hours.dropFirst()).allSatisfy { $0 < $1 }
        guard hours.count == count, forms == count, counts == count, isAscending else {
            throw fail("hours that do not fit")
        }
    }

    private func registers(
        _ count: Int, _ gaps: inout ArraySlice<Int64>, _ ranks: inout ArraySlice<Int64>
    ) throws(FormatError) -> [UInt32] {
        guard gaps.count >= count, ranks.count >= count else { throw fail("too few registers") }
        var registers = [UInt32](repeating: 0, count: count)
        var next: Int64 = 0
        for index in 0..<count {
            let gap = gaps[gaps.startIndex + index]
            let rank = ranks[ranks.startIndex + index]
            guard gap >= 0, gap < Int64(HyperLogLog.registers) - next, rank > 0,
                rank <= Int64(HyperLogLog.highestRank)
            else { throw fail("registers that are none") }
            registers[index] = UInt32(next + gap) << 8 | UInt32(rank)
            next += gap + 1
        }
        gaps = gaps.dropFirst(count)
        ranks = ranks.dropFirst(count)
        return registers
    }

    private func sketch(
        _ ranks: inout ArraySlice<Int64>
    ) throws(FormatError) -> [UInt64] {
        guard ranks.count >= HyperLogLog.registers else { throw fail("too few registers") }
        var words = [UInt64](repeating: 0, count: HyperLogLog.words)
        for register in 0..<HyperLogLog.registers {
            let rank = ranks[ranks.startIndex + register]
            guard rank >= 0, rank <= Int64(HyperLogLog.highestRank) else {
                throw fail("registers that are none")
            }
            words[register / 8] |= UInt64(rank) << UInt64(register % 8 * 8)
        }
        ranks = ranks.dropFirst(HyperLogLog.registers)
        return words
    }
}
