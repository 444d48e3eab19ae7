import AuraCore

/// The items of lists by their places, and lists made of others.
enum ListItems {
    /// The index of the item at a place, which counts from 1, or from the end if it is negative.
    ///
    /// It is nil where there is none.
    static func index(of place: Int64, count: Int) -> Int? {
        let index = place > 0 ? place - 1 : Int64(count) + place
        return place != 0 && index >= 0 && index < count ? Int(index) : nil
    }

    static func element(_ items: [Value], _ values: [Value]) -> Value {
        Int64(of: values[1]).flatMap { index(of: $0, count: items.count) }.map { items[$0] }
            ?? .null
    }

    /// From one place through another; the place 0 lies before the first item.
    static func slice(_ items: [Value], _ values: [Value]) -> Value {
        guard let first = Int64(of: values[1]), let last = Int64(of: values[2]) else {
            return .null
        }
        let count = Int64(items.count)
        let start = max(first > 0 ? first - 1 : first < 0 ? count + first : 0, 0)
        let end = min(last < 0 ? count + last + 1 : last, count)
        return .list(start < end ? Array(items[Int(start)..<Int(end)]) : [])
    }

    /// The length in the one dimension that lists have.
    static func length(
        _ items: [Value], _ values: [Value]
    ) throws(ComputationError) -> Value {
        guard values[1] == .int64(1) else {
            throw ComputationError("array_length knows no dimension \(values[1]), but only 1")
        }
        return .int64(Int64(items.count))
    }

    static func joined(_ lists: [[Value]]) throws(ComputationError) -> Value {
        try ListSize.check(lists.reduce(0) { $0 + $1.count })
        return .list(Array(lists.joined()))
    }

    /// Each item once, where it comes first, without NULL.
    static func distinct(_ items: [Value]) -> [Value] {
        var known: Set<Value> = [.null]
        return items.filter { known.insert($0).inserted }
    }

    /// The texts of the items that are there with a separator between them; NULL if none is there,
    /// unless the list is empty.
    static func text(_ values: [Value]) throws(ComputationError) -> Value {
        guard case .list(let items) = values[0] else { return .null }
        let texts = items.filter { !$0.isNull }.map(\.description)
        guard !texts.isEmpty || items.isEmpty else { return .null }
        return .text(try TextPieces.join(texts, String(of: values[1]) ?? ","))
    }
}

extension Value {
    /// Those of a list; none of another value.
    var items: [Value] {
        guard case .list(let items) = self else { return [] }
        return items
    }
}

/// How long a list of functions may become.
enum ListSize {
    static let maximum = 1_000_000

    static func check(_ count: Int) throws(ComputationError) {
        guard count > maximum else { return }
        throw ComputationError("a list of more than \(maximum) items would come out")
    }
}
