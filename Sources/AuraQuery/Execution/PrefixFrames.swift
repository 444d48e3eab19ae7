import AuraCore

/// Aggregates of frames from sums up to each place: whole numbers leave no error behind when one sum is
/// taken from another.
struct PrefixFrames {
    private let function: AggregateFunction
    /// Of all places before each: values, their sum, and that of their squares.
    private var counts: [Int64] = [0]
    private var sums: [Int128] = [0]
    private var squares: [Int128] = [0]

    /// Greater numbers might leave 128 bits, squared and summed up.
    private static let greatest = 1e9
    private static let mostPlaces = 1 << 32

    /// nil for aggregates and values that cannot be computed so.
    ///
    /// - Parameter places: How many there are.
    init?(_ call: AggregateCall, _ arguments: WindowArguments, places: Int) {
        guard !call.isDistinct, call.order.isEmpty, places < PrefixFrames.mostPlaces else {
            return nil
        }
        function = call.function
        let column = arguments.columns.first
        let values: [Int64]
        switch (function.kind, function.arguments) {
        case (.count, _): values = []
        case (.sum, [.int64]), (.average, [.int64]): values = column?.integers ?? []
        case (.moment(.variance), _), (.moment(.deviation), _):
            guard let wholes = column?.wholeNumbers(upTo: PrefixFrames.greatest) else { return nil }
            values = wholes
        default: return nil
        }
        add(values, column?.valid, arguments.isTaken, places)
    }

    private mutating func add(
        _ values: [Int64], _ valid: [Bool]?, _ isTaken: [Bool]?, _ places: Int
    ) {
        var (count, sum, square): (Int64, Int128, Int128) = (0, 0, 0)
        let hasSquares = if case .moment = function.kind { true } else { false }
        for place in 0..<places {
            if isTaken?[place] ?? true, valid?[place] ?? true {
                count += 1
                if !values.isEmpty { sum += Int128(values[place]) }
                if hasSquares { square += Int128(values[place]) * Int128(values[place]) }
            }
            counts.append(count)
            sums.append(sum)
            squares.append(square)
        }
    }

    /// The aggregate of some places.
    func value(of frame: Range<Int>) -> Value {
        let count = counts[frame.upperBound] - counts[frame.lowerBound]
        if function.kind == .count { return .int64(count) }
        if count == 0 { return .null }
        let sum = sums[frame.upperBound] - sums[frame.lowerBound]
        switch function.kind {
        case .sum: return .int128(sum)
        case .average: return .float64(Double(sum) / Double(count))
        case .moment(.variance(let isSample)):
            return variance(count, sum, frame, isSample).map { .float64($0) } ?? .null
        case .moment(.deviation(let isSample)):
            return variance(count, sum, frame, isSample).map { .float64($0.squareRoot()) } ?? .null
        default: preconditionFailure("an aggregate without prefix sums")
        }
    }

    private func variance(
        _ count: Int64, _ sum: Int128, _ frame: Range<Int>, _ isSample: Bool
    ) -> Double? {
        let others = isSample ? count - 1 : count
        guard others > 0 else { return nil }
        let square = squares[frame.upperBound] - squares[frame.lowerBound]
        let distances = Int128(count) * square - sum * sum
        return Double(distances) / (Double(count) * Double(others))
    }
}

extension Vector {
    /// Floats as whole numbers, 0 where they are NULL; nil if one of them is none, or too great.
    fileprivate func wholeNumbers(upTo greatest: Double) -> [Int64]? {
        let floats = floats
        var wholes = [Int64](repeating: 0, count: floats.count)
        for row in floats.indices where valid?[row] ?? true {
            let value = floats[row]
            guard value.magnitude <= greatest, value == value.rounded() else { return nil }
            wholes[row] = Int64(value)
        }
        return wholes
    }
}
