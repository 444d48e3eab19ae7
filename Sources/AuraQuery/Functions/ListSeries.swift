/// Lists of whole numbers a step apart.
enum ListSeries {
    /// Without the end.
    static func upTo(
        _ end: Int64, from start: Int64, by step: Int64
    ) throws(ComputationError) -> [Int64] {
        guard start != end else { return [] }
        // The last that lies before the end, unless the end lies behind the start.
        return try numbers(start, through: Int128(end) - Int128(step.signum()), by: step)
    }

    /// With the last number, if the steps meet it.
    static func through(
        _ last: Int64, from first: Int64, by step: Int64
    ) throws(ComputationError) -> [Int64] {
        try numbers(first, through: Int128(last), by: step)
    }

    private static func numbers(
        _ first: Int64, through last: Int128, by step: Int64
    ) throws(ComputationError) -> [Int64] {
        let distance = last - Int128(first)
        guard step != 0, distance == 0 || (distance > 0) == (step > 0) else { return [] }
        let steps = distance / Int128(step)
        guard steps < ListSize.maximum else {
            throw ComputationError(
                "a list of \(steps + 1) numbers is too long",
                hint: "at most \(ListSize.maximum) may come out")
        }
        // A product may leave 64 bits, the sum never does.
        return (0...Int64(steps)).map { first &+ $0 &* step }
    }
}
