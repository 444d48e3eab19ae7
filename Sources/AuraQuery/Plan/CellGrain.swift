import AuraCore
import AuraStorage

/// How finely an expression tells the times of events apart.
///
/// What is the same for all events of a type in a stretch of time can be computed for the cells of the
/// index in their place.
enum CellGrain: Hashable {
    /// It needs events themselves.
    case events
    /// It is the time itself, the same or in the clocks of UTC.
    case time
    /// It is the same within stretches of so many µs, which begin at multiples of that.
    case stretches(Int64)
    /// It does not depend on the time at all.
    case anyTime

    /// That of an expression of a scan's columns.
    init(_ expression: BoundExpression, of scan: Scan, isUTC: Bool) {
        func grain(_ part: BoundExpression) -> CellGrain {
            CellGrain(part, of: scan, isUTC: isUTC)
        }
        switch expression.form {
        case .constant, .value, .exists: self = .anyTime
        case .column(let index):
            switch scan.fields[index] {
            case .time: self = .time
            case .type: self = .anyTime
            default: self = .events
            }
        case .cast(let part, _):
            let isOfClock = [part.type, expression.type].contains(.instant)
            switch (grain(part), expression.type) {
            case (.time, .timestamp) where isUTC, (.time, .instant) where isUTC: self = .time
            case (.time, .date) where isUTC || !isOfClock: self = .stretches(Resolution.day.width)
            case (.time, _): self = .events
            case (let grain, _): self = grain
            }
        case .call(let function, let parts):
            // Each part is looked at once: what lies deep would be looked at 2ⁿ times.
            let grains = parts.map(grain)
            if grains.contains(.time) {
                self = CellGrain.ofTime(function, parts, grains)
            } else {
                self = function.function.isVolatile ? .events : CellGrain(grains)
            }
        case .compare(let comparison, let left, let right):
            let grains = [grain(left), grain(right)]
            if grains[0] == .time, let time = right.constant?.time {
                self = CellGrain.boundary(comparison, time)
            } else if grains[1] == .time, let time = left.constant?.time {
                self = CellGrain.boundary(comparison.swapped, time)
            } else {
                self = CellGrain(grains)
            }
        case .aggregate, .window, .unnested, .outer: self = .events
        default: self = CellGrain(expression.parts.map(grain))
        }
    }

    /// That of what is made of several, none of which may be the time itself.
    init(_ parts: [CellGrain]) {
        var all = CellGrain.anyTime
        for part in parts {
            switch (all, part) {
            case (_, .events), (_, .time), (.events, _):
                self = .events
                return
            case (_, .anyTime): continue
            case (.stretches(let known), .stretches(let width)):
                all = .stretches(CellGrain.commonDivisor(known, width))
            default: all = part
            }
        }
        self = all
    }

    /// That of a function of times that gives the stretch in which they lie, or a part of it.
    private static func ofTime(
        _ function: BoundFunction, _ parts: [BoundExpression], _ grains: [CellGrain]
    ) -> CellGrain {
        guard grains.last == .time else { return .events }
        if parts.count == 1 { return TimePart(spelling: function.name).map(ofPart) ?? .events }
        guard parts.count == 2, let first = parts[0].constant else { return .events }
        switch function.name {
        case "date_trunc", "datetrunc", "date_part", "datepart":
            guard case .text(let text) = first else { return .events }
            return TimePart(spelling: text).map(ofPart) ?? .events
        case "time_bucket":
            guard case .interval(let interval) = first else { return .events }
            if interval.months > 0 { return .stretches(Resolution.day.width) }
            // The grid has a point at a midnight.
            guard let width = interval.fixedMicroseconds, width > 0 else { return .events }
            return .stretches(commonDivisor(width, Resolution.day.width))
        default: return .events
        }
    }

    private static func ofPart(_ part: TimePart) -> CellGrain {
        switch part {
        case .epoch, .julian: .events
        default: .stretches(part.unit ?? Resolution.day.width)
        }
    }

    /// That of a comparison with a point in time.
    private static func boundary(_ comparison: Comparison, _ time: Int64) -> CellGrain {
        switch comparison {
        case .less, .greaterEqual: .stretches(commonDivisor(time, Resolution.day.width))
        case .lessEqual, .greater:
            .stretches(commonDivisor(time &+ 1, Resolution.day.width))
        case .equal, .notEqual: .events
        }
    }

    private static func commonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
        var (left, right) = (left.magnitude, right.magnitude)
        while right != 0 { (left, right) = (right, left % right) }
        return Int64(clamping: left)
    }

    /// The stretches of time in which all is the same, in µs; nil if it is at any time.
    var stretch: Int64? {
        if case .stretches(let width) = self { width } else { nil }
    }

    /// The widest cells that are fine enough; nil if none are.
    var resolution: Resolution? {
        switch self {
        case .events, .time: nil
        case .anyTime: .day
        case .stretches(let width): Resolution.allCases.last { width % $0.width == 0 }
        }
    }
}
