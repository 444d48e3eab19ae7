import AuraCore
import Dispatch
import Synchronization

/// Rows of morsels, one after another: while somebody takes them, other threads make those that come next.
///
/// Only the thread that takes rows waits, for its taker and for what others are at; the others leave as
/// soon as enough is made ahead. How many morsels are ahead begins with none and doubles with each that was
/// taken, so that little is made for whoever wants the first rows alone.
final class MorselSequence: Sendable {
    private enum Made: Sendable {
        case rows([KnownRows])
        case failed(QueryFailure)
        /// More than may be held: it is made again, and given as it is made, when it is its turn.
        case tooLarge
    }

    private struct State: Sendable {
        /// The next morsel that nobody has begun.
        var next = 0
        /// The morsel whose rows are being taken.
        var turn = 0
        /// How many behind that may be begun.
        var ahead = 0
        var mostAhead: Int
        var helpers = 0
        /// Those that were made and not taken.
        var made: [Int: Made] = [:]
        var isOver = false
    }

    private let morsels: [Morsel]
    private let types: [ValueType]
    private let needed: NeededColumns
    private let settings: QuerySettings
    private let evaluator: Evaluator
    private let meter: QueryMeter
    private let state: Mutex<State>
    /// Signalled when the morsel whose turn it is was made.
    private let isMade = DispatchSemaphore(value: 0)
    private let helpers = DispatchGroup()

    /// Morsels that each thread may have made ahead.
    private static let aheadOfThread = 2

    init(
        _ morsels: [Morsel], _ types: [ValueType], _ needed: NeededColumns,
        _ execution: Execution
    ) {
        self.morsels = morsels
        self.types = types
        self.needed = needed
        settings = execution.settings
        evaluator = execution.evaluator
        meter = execution.meter
        let threads = settings.threads
        state = Mutex(State(mostAhead: threads > 1 ? threads * Self.aheadOfThread : 0))
    }

    /// Calls `body` with the rows in their order, until it returns false.
    ///
    /// - Parameter watch: That of this thread.
    /// - Returns: Whether it never did.
    func forEachPart(
        _ watch: Stopwatch, _ body: (KnownRows) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        defer {
            state.withLock { $0.isOver = true }
            helpers.wait()
        }
        for (index, morsel) in morsels.enumerated() {
            if evaluator.shouldStop() { throw .stopped }
            defer { meter.count(morsel.eventCount) }
            switch made(index) {
            case .rows(let parts):
                for part in parts { guard try body(part) else { return false } }
            case .failed(let failure): throw failure
            case .tooLarge, nil:
                let isWanted = try morsel.forEachPart(
                    types, needed, rows: settings.pieceRows, evaluator, watch
                ) { part throws(QueryFailure) in
                    guard part.size <= settings.memoryLimit else {
                        throw .memory(settings.memoryLimit)
                    }
                    return try body(part)
                }
                guard isWanted else { return false }
            }
        }
        return true
    }

    /// What was made of the morsel whose turn it is; nil if nobody has begun it.
    private func made(_ index: Int) -> Made? {
        let (isBegun, fresh) = state.withLock { state -> (Bool, Int) in
            state.turn = index
            state.ahead = min(state.mostAhead, index == 0 ? 0 : max(1, state.ahead * 2))
            let isBegun = index < state.next
            state.next = max(state.next, index + 1)
            let waiting = min(morsels.count - 1, index + state.ahead) - state.next + 1
            let fresh = max(0, min(waiting, settings.threads - 1 - state.helpers))
            state.helpers += fresh
            return (isBegun, fresh)
        }
        for _ in 0..<fresh {
            DispatchQueue.global().async(group: helpers) { self.help() }
        }
        guard isBegun else { return nil }
        while true {
            if let made = state.withLock({ $0.made.removeValue(forKey: index) }) { return made }
            isMade.wait()
        }
    }

    // MARK: Other threads

    /// Makes morsels as long as they may be begun.
    private func help() {
        var evaluator = evaluator
        let shouldStop = evaluator.shouldStop
        evaluator.shouldStop = { shouldStop() || self.isOver }
        while let (index, limit) = begin() {
            let made = make(morsels[index], limit, evaluator)
            let isAwaited = state.withLock { state in
                if case .tooLarge = made { state.mostAhead /= 2 }
                state.made[index] = made
                return state.turn == index
            }
            if isAwaited { isMade.signal() }
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// The next morsel, and how many bytes may be made of it; nil if it is too early for it.
    private func begin() -> (index: Int, limit: Int)? {
        state.withLock { state in
            guard !state.isOver, state.next < morsels.count,
                state.next <= state.turn + min(state.ahead, state.mostAhead)
            else {
                state.helpers -= 1
                return nil
            }
            state.next += 1
            return (state.next - 1, settings.memoryLimit / 2 / max(1, state.mostAhead))
        }
    }

    private func make(_ morsel: Morsel, _ limit: Int, _ evaluator: Evaluator) -> Made {
        var parts: [KnownRows] = []
        var size = 0
        do throws(QueryFailure) {
            let isWhole = try morsel.forEachPart(
                types, needed, rows: settings.pieceRows, evaluator, Stopwatch()
            ) { part throws(QueryFailure) in
                parts.append(part)
                size += part.size
                return size <= limit
            }
            return isWhole ? .rows(parts) : .tooLarge
        } catch { return .failed(error) }
    }
}
