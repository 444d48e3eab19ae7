/// Finding phone numbers in text.
///
/// Digits alone never are one. With a `+` it takes 8 to 15 digits; without, separators must group
/// them as people write numbers: a leading 0, an area code in parentheses, or 3-3-4. Dates, times,
/// drug codes (NDC) and parts of longer tokens are none. `Formats/privacy.md` states the rules.
enum PhoneShape {
    /// Whether the text holds a phone number.
    static func occurs(in text: RawSpan) -> Bool {
        var index = 0
        var run = DigitRun()
        while index < text.byteCount {
            let byte = text.byte(index)
            guard byte.isDigit || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "(") else {
                index += 1
                continue
            }
            guard canBegin(text, at: index) else {
                index = skipDigits(text, index + 1)
                continue
            }
            let next = run.read(text, from: index)
            if run.isPhone { return true }
            index = max(next, index + 1)
        }
        return false
    }

    /// Whether a number may begin here: not within a word, a token like `ABC-030-1234567`, or the
    /// seconds of a time.
    private static func canBegin(_ text: RawSpan, at index: Int) -> Bool {
        guard index > 0 else { return true }
        let before = text.byte(index - 1)
        // Beyond ASCII is punctuation or a space as likely as a letter.
        if before.isWord, before < 0x80 { return false }
        guard index > 1, text.byte(index) != UInt8(ascii: "+") else { return true }
        let previous = text.byte(index - 2)
        switch before {
        case UInt8(ascii: "-"): return !previous.isWord
        case UInt8(ascii: "."): return !previous.isDigit
        case UInt8(ascii: ":"): return !previous.isDigit
        default: return true
        }
    }

    private static func skipDigits(_ text: RawSpan, _ start: Int) -> Int {
        var index = start
        while index < text.byteCount, text.byte(index).isDigit { index += 1 }
        return index
    }
}

/// Groups of digits with separators between them, as read from a text.
private struct DigitRun {
    /// One group: how many digits, what they say, and what stands before it.
    struct Group {
        var size: Int
        var value: Int
        var startsWithZero: Bool
        /// The separator before the group: one character, a space for several, 0 for none.
        var separator: UInt8
        /// Whether it stands in parentheses.
        var isEnclosed: Bool
    }

    private var groups: [Group] = []
    private var hasPlus = false
    /// Whether the last group is part of a word or token that goes on.
    private var isCut = false

    /// Reads the run that begins at `start`; the end of it is returned.
    mutating func read(_ text: RawSpan, from start: Int) -> Int {
        groups.removeAll(keepingCapacity: true)
        isCut = false
        hasPlus = text.byte(start) == UInt8(ascii: "+")
        var index = hasPlus ? start + 1 : start
        var end = index
        // A phone number has few groups; a longer list of numbers is read in pieces.
        while groups.count < 12 {
            let (separator, isOpen, digits) = skipSeparators(text, index)
            guard digits < text.byteCount, text.byte(digits).isDigit else { break }
            if groups.isEmpty, separator != 0, !isOpen { break }
            var group = Group(
                size: 0, value: 0, startsWithZero: text.byte(digits) == UInt8(ascii: "0"),
                separator: separator, isEnclosed: isOpen)
            index = digits
            while index < text.byteCount, text.byte(index).isDigit {
                group.size += 1
                if group.size < 10 { group.value = group.value * 10 + Int(text.byte(index) & 15) }
                index += 1
            }
            group.isEnclosed =
                isOpen && index < text.byteCount && text.byte(index) == UInt8(ascii: ")")
            groups.append(group)
            end = index
        }
        lookBehind(text, end)
        return end
    }

    /// Skips at most three separators.
    private func skipSeparators(
        _ text: RawSpan, _ start: Int
    ) -> (separator: UInt8, isOpen: Bool, end: Int) {
        var index = start
        var separator: UInt8 = 0
        var isOpen = false
        for _ in 0..<3 {
            let size = separatorSize(text, index)
            guard size > 0 else { break }
            let byte = text.byte(index)
            isOpen = byte == UInt8(ascii: "(")
            let isMark = byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == 0x2F
            separator = separator == 0 && isMark ? byte : UInt8(ascii: " ")
            index += size
        }
        return (separator, isOpen, index)
    }

    /// Bytes of the separator here, 0 if there is none.
    ///
    /// No-break spaces and typographic hyphens count, since numbers are pasted from documents.
    private func separatorSize(_ text: RawSpan, _ index: Int) -> Int {
        guard index < text.byteCount else { return 0 }
        switch text.byte(index) {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: "("), UInt8(ascii: ")"):
            return 1
        case 0xC2:
            return index + 1 < text.byteCount && text.byte(index + 1) == 0xA0 ? 2 : 0
        case 0xE2:
            guard index + 2 < text.byteCount, text.byte(index + 1) == 0x80 else { return 0 }
            let last = text.byte(index + 2)
            return (0x90...0x95).contains(last) || last == 0xAF ? 3 : 0
        default:
            return 0
        }
    }

    /// Takes what follows into account: a time's hour belongs to the time, a letter or a mark and
    /// a letter make the run part of a token.
    private mutating func lookBehind(_ text: RawSpan, _ end: Int) {
        guard end < text.byteCount, !groups.isEmpty else { return }
        let byte = text.byte(end)
        let next = end + 1 < text.byteCount ? text.byte(end + 1) : 0
        if byte == UInt8(ascii: ":"), next.isDigit {
            groups.removeLast()
        } else if byte | 0x20 == UInt8(ascii: "x"), next.isDigit {
            return  // an extension
        } else if byte.isWord, byte < 0x80 {
            isCut = true
        } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") {
            isCut = next.isLetter || next == UInt8(ascii: "_")
        }
    }

    /// Whether the groups hold a phone number.
    var isPhone: Bool {
        if hasPlus { return isInternational }
        var segment = 0
        var index = 0
        while index < groups.count {
            if let size = dateSize(at: index) {
                if isNational(segment..<index) { return true }
                index += size
                segment = index
            } else {
                index += 1
            }
        }
        return !(isCut && segment < groups.count) && isNational(segment..<groups.count)
    }

    /// `+` and a number that does not begin with 0, of 8 to 15 digits (ITU-T E.164).
    private var isInternational: Bool {
        guard let first = groups.first, !first.startsWithZero else { return false }
        var total = 0
        for group in groups {
            total += group.size
            if (8...15).contains(total) { return true }
        }
        return false
    }

    /// Groups that a date takes from `index` on: year, month, day with one separator, either way
    /// round.
    private func dateSize(at index: Int) -> Int? {
        guard index + 3 <= groups.count else { return nil }
        let (a, b, c) = (groups[index], groups[index + 1], groups[index + 2])
        guard b.separator == c.separator, b.separator != UInt8(ascii: " "), b.size <= 2 else {
            return nil
        }
        let isYearFirst = a.size == 4 && (1_800..<2_200).contains(a.value) && c.size <= 2
        let isYearLast = a.size <= 2 && (c.size == 4 && (1_800..<2_200).contains(c.value))
        // Two digits for the year: only if the run of equal separators is these three.
        let isShort =
            a.size == 2 && c.size == 2 && (index == 0 || a.separator != c.separator)
            && (index + 3 == groups.count || groups[index + 3].separator != c.separator)
        let day = isYearFirst ? c.value : a.value
        guard isYearFirst || isYearLast || isShort else { return nil }
        let isDayMonth = (1...31).contains(day) && (1...12).contains(b.value)
        let isMonthDay = !isYearFirst && (1...12).contains(a.value) && (1...31).contains(b.value)
        return isDayMonth || isMonthDay ? 3 : nil
    }

    private func isNational(_ range: Range<Int>) -> Bool {
        guard range.count > 1 else { return false }
        let groups = groups[range]
        return isTrunk(groups) || isEnclosed(groups) || isThreeThreeFour(groups)
            || isMobileOfChina(groups)
    }

    /// Leading 0 and separators: `030 1234567`, `0171/234 56 78`, `01.23.45.67.89`, `0049 30 …`.
    ///
    /// Every group has two digits or more, so that lists of answers (`0 1 2 3`) and decimals are
    /// none. What follows after a space is cut off if there are too many digits.
    private func isTrunk(_ groups: ArraySlice<Group>) -> Bool {
        guard groups[groups.startIndex].startsWithZero, !isDrugCode(groups) else { return false }
        var total = 0
        for index in groups.indices {
            guard groups[index].size > 1 else { return false }
            total += groups[index].size
            guard total <= 15 else { return false }
            let isEnd = index + 1 == groups.endIndex
            let isBreak = !isEnd && groups[index + 1].separator == UInt8(ascii: " ")
            if index > groups.startIndex, total >= 9, isEnd || isBreak { return true }
        }
        return false
    }

    /// National Drug Codes: 4-4-2, 5-3-2, 5-4-1 and 5-4-2 digits with hyphens.
    private func isDrugCode(_ groups: ArraySlice<Group>) -> Bool {
        guard groups.dropFirst().allSatisfy({ $0.separator == UInt8(ascii: "-") }) else {
            return false
        }
        return [[4, 4, 2], [5, 3, 2], [5, 4, 1], [5, 4, 2]].contains(groups.map(\.size))
    }

    /// An area code in parentheses, which is no year, first or after up to three digits: 9 to 15
    /// digits.
    private func isEnclosed(_ groups: ArraySlice<Group>) -> Bool {
        guard let index = groups.prefix(2).firstIndex(where: \.isEnclosed) else { return false }
        let code = groups[index]
        guard (2...5).contains(code.size), index + 1 < groups.endIndex,
            index == groups.startIndex || groups[groups.startIndex].size <= 3,
            !(code.size == 4 && (1_800..<2_200).contains(code.value))
        else { return false }
        var total = 0
        for group in groups {
            total += group.size
            if (9...15).contains(total) { return true }
        }
        return false
    }

    /// 3-3-4 with one kind of separator, alone or after a trunk digit (`1-`, `8-`), and not part of
    /// a longer chain of that separator: `555-123-4567`, `555.123.4567`, `1 555 123 4567`.
    private func isThreeThreeFour(_ groups: ArraySlice<Group>) -> Bool {
        for index in groups.indices.dropLast(2) {
            let (a, b, c) = (groups[index], groups[index + 1], groups[index + 2])
            guard a.size == 3, b.size == 3, c.size == 4 else { continue }
            let space = UInt8(ascii: " ")
            guard b.separator == c.separator || b.separator == space else { continue }
            let first = groups[groups.startIndex]
            let isTrunk =
                index == groups.startIndex + 1 && first.size == 1
                && [1, 7, 8].contains(first.value)
            let isFirst = index == groups.startIndex || isTrunk
            let isLast = index + 3 == groups.endIndex
            if c.separator == space {
                if isFirst, isLast { return true }
            } else if isFirst || a.separator != c.separator,
                isLast || groups[index + 3].separator != c.separator
            {
                return true
            }
        }
        return false
    }

    /// 3-4-4 from 1 on: `138 0013 8000`.
    private func isMobileOfChina(_ groups: ArraySlice<Group>) -> Bool {
        let first = groups[groups.startIndex]
        return groups.map(\.size) == [3, 4, 4] && (130..<200).contains(first.value)
    }
}
