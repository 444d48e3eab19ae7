import AuraCore
import Glibc

/// Variance, deviation and their kin: mean and sums of powers of distances to it, row by row.
///
/// Source: Welford, "Note on a method for calculating corrected sums of squares and products", 1962,
/// and Pébay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
/// statistical moments", 2008, for the third and fourth power.
final class MomentAccumulator: Accumulator {
    private struct State: Sendable {
        var count = 0.0
        var mean = 0.0
        var second = 0.0
        var third = 0.0
        var fourth = 0.0

        /// Takes the numbers of another, too.
        mutating func merge(_ other: State) {
            guard other.count > 0 else { return }
            let total = count + other.count
            let delta = other.mean - mean
            let step = delta / total
            let product = count * other.count
            let (before, after) = (count, other.count)
            fourth +=
                other.fourth
                + delta * step * step * step * product
                * (before * before - product + after * after)
                + 6 * step * step * (before * before * other.second + after * after * second)
                + 4 * step * (before * other.third - after * third)
            third +=
                other.third + delta * step * step * product * (before - after)
                + 3 * step * (before * other.second - after * second)
            second += other.second + delta * step * product
            mean += step * after
            count = total
        }
    }

    private let moment: AggregateFunction.Moment
    private var states: [State] = []

    init(_ moment: AggregateFunction.Moment) {
        self.moment = moment
    }

    var size: Int { states.count * 40 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, State())
        let (values, valid) = (columns[0].floats, columns[0].valid)
        switch moment {
        case .skewness, .kurtosis:
            states.update(groups, by: values, valid) { MomentAccumulator.addHigher($1, to: &$0) }
        default:
            states.update(groups, by: values, valid) { state, value in
                state.count += 1
                let delta = value - state.mean
                state.mean += delta / state.count
                state.second += delta * (value - state.mean)
            }
        }
    }

    private static func addHigher(_ value: Double, to state: inout State) {
        let before = state.count
        state.count += 1
        let delta = value - state.mean
        let step = delta / state.count
        let square = step * step
        let term = delta * step * before
        state.mean += step
        state.fourth +=
            term * square * (state.count * state.count - 3 * state.count + 3)
            + 6 * square * state.second - 4 * step * state.third
        state.third += term * step * (state.count - 2) - 3 * step * state.second
        state.second += term
    }

    func merge(_ other: MomentAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, State())
        states.merge(other.states, groups) { $0.merge($1) }
    }

    func results(_ groupCount: Int) throws(ComputationError) -> Vector {
        states.grow(to: groupCount, State())
        var builder = VectorBuilder(.float64)
        for state in states { builder.append(result(of: state).map { .float64($0) } ?? .null) }
        return builder.finish()
    }

    private func result(of state: State) -> Double? {
        let count = state.count
        guard count > 0 else { return nil }
        switch moment {
        case .variance(let isSample):
            return isSample ? (count > 1 ? state.second / (count - 1) : nil) : state.second / count
        case .deviation(let isSample):
            return isSample
                ? (count > 1 ? (state.second / (count - 1)).squareRoot() : nil)
                : (state.second / count).squareRoot()
        case .standardError: return (state.second / count).squareRoot() / count.squareRoot()
        case .skewness:
            guard count > 2 else { return nil }
            let population = state.second / count
            if population == 0 { return nil }
            return (count * (count - 1)).squareRoot() / (count - 2)
                * (state.third / count) / pow(population, 1.5)
        case .kurtosis(let isSample):
            guard count > (isSample ? 3 : 1), state.second != 0 else { return nil }
            let ratio = count * state.fourth / (state.second * state.second)
            guard isSample else { return ratio - 3 }
            return (count - 1) / ((count - 2) * (count - 3))
                * ((count + 1) * ratio - 3 * (count - 1))
        }
    }
}

/// Correlation, covariance and regression of two columns: of the first on the second.
final class PairAccumulator: Accumulator {
    private struct State: Sendable {
        var count = 0.0
        var meanX = 0.0
        var meanY = 0.0
        var squareX = 0.0
        var squareY = 0.0
        var product = 0.0

        /// Takes the pairs of another, too.
        mutating func merge(_ other: State) {
            guard other.count > 0 else { return }
            let total = count + other.count
            let (deltaX, deltaY) = (other.meanX - meanX, other.meanY - meanY)
            let share = count * other.count / total
            squareX += other.squareX + deltaX * deltaX * share
            squareY += other.squareY + deltaY * deltaY * share
            product += other.product + deltaX * deltaY * share
            meanX += deltaX * other.count / total
            meanY += deltaY * other.count / total
            count = total
        }
    }

    private let moment: AggregateFunction.PairMoment
    private var states: [State] = []

    init(_ moment: AggregateFunction.PairMoment) {
        self.moment = moment
    }

    var size: Int { states.count * 48 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, State())
        let pairs = Columns.map(columns[0].floats, columns[1].floats) { (y: $0, x: $1) }
        let valid = Columns.valid(columns, count: groups.count)
        states.update(groups, by: pairs, valid) { state, pair in
            state.count += 1
            let deltaX = pair.x - state.meanX
            state.meanX += deltaX / state.count
            let deltaY = pair.y - state.meanY
            state.meanY += deltaY / state.count
            state.squareX += deltaX * (pair.x - state.meanX)
            state.squareY += deltaY * (pair.y - state.meanY)
            state.product += deltaX * (pair.y - state.meanY)
        }
    }

    func merge(_ other: PairAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, State())
        states.merge(other.states, groups) { $0.merge($1) }
    }

    func results(_ groupCount: Int) throws(ComputationError) -> Vector {
        states.grow(to: groupCount, State())
        guard moment != .count else {
            return Vector(.int64, .integers(states.map { Int64($0.count) }))
        }
        var builder = VectorBuilder(.float64)
        for state in states { builder.append(result(of: state).map { .float64($0) } ?? .null) }
        return builder.finish()
    }

    private func result(of state: State) -> Double? {
        guard state.count > 0 else { return nil }
        switch moment {
        case .correlation:
            return state.product / (state.squareX.squareRoot() * state.squareY.squareRoot())
        case .covariance(let isSample):
            return isSample
                ? (state.count > 1 ? state.product / (state.count - 1) : nil)
                : state.product / state.count
        case .slope: return state.product / state.squareX
        case .intercept:
            if state.squareX == 0 { return nil }
            return state.meanY - state.product / state.squareX * state.meanX
        case .determination:
            if state.squareX == 0 { return nil }
            if state.squareY == 0 { return 1 }
            return state.product * state.product / (state.squareX * state.squareY)
        case .averageX: return state.meanX
        case .averageY: return state.meanY
        case .sumXX: return state.squareX
        case .sumYY: return state.squareY
        case .sumXY: return state.product
        case .count: return state.count
        }
    }
}
