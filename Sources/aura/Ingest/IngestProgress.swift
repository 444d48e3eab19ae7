import AuraCore
import AuraWire
import Synchronization

/// How far an ingest has come: written by its parts, read by whoever shows it.
final class IngestProgress: Sendable {
    /// The figures at one moment.
    struct Tally: Hashable, Sendable {
        /// Events that are durable on the server, those of earlier runs included.
        var stored: Int64 = 0
        /// Of these, events that earlier runs had stored.
        var storedBefore: Int64 = 0
        var rejected: Int64 = 0
        /// The part of the input that was read; nil where its size is not known.
        var fraction: Double?
    }

    /// A batch that was handed over, and what holds once it is stored.
    struct Handed: Hashable, Sendable {
        let events: Int64
        let checkpoint: IngestCheckpoint
    }

    /// How often the server said the same.
    struct WarningCount: Hashable, Sendable {
        var subject: String
        var batches = 0
        var events = 0
    }

    private struct State {
        var figures = Tally()
        var privacy = PrivacyCounters()
        /// In the order in which they came first.
        var warnings: [WarningCount] = []
        var places: [String: Int] = [:]
        var handed: [UInt64: Handed] = [:]
        var checkpoint: IngestCheckpoint?
    }

    private let state = Mutex(State())

    /// Warnings that are told one by one; further ones count together.
    private static let warningLimit = 100
    private static let otherWarnings = "other warnings"

    var figures: Tally { state.withLock { $0.figures } }
    /// What the privacy rules left out of the rows that this run has read.
    var privacy: PrivacyCounters { state.withLock { $0.privacy } }
    /// What the server said of batches.
    var warnings: [WarningCount] { state.withLock { $0.warnings } }

    /// What was stored up to where, if that is further than it was when last asked.
    func takeCheckpoint() -> IngestCheckpoint? {
        state.withLock { state in
            defer { state.checkpoint = nil }
            return state.checkpoint
        }
    }

    /// Begins a file behind what is known to be stored.
    func begin(after checkpoint: IngestCheckpoint) {
        state.withLock { state in
            state = State()
            state.figures.stored = checkpoint.events
            state.figures.storedBefore = checkpoint.events
            state.figures.rejected = checkpoint.rejected
        }
    }

    func read(fraction: Double?, rejected: Int64, privacy: PrivacyCounters) {
        state.withLock { state in
            state.privacy = privacy
            state.figures.fraction = fraction
            state.figures.rejected = rejected
        }
    }

    /// The server says something about a batch that it stored.
    func warned(_ warnings: [Warning]) {
        guard !warnings.isEmpty else { return }
        state.withLock { state in
            for warning in warnings {
                let isKnown = state.places[warning.subject] != nil
                let hasRoom = state.warnings.count < IngestProgress.warningLimit
                let subject =
                    isKnown || hasRoom ? warning.subject : IngestProgress.otherWarnings
                let place = state.places[subject] ?? state.warnings.count
                if place == state.warnings.count {
                    state.warnings.append(WarningCount(subject: subject))
                    state.places[subject] = place
                }
                state.warnings[place].batches += 1
                state.warnings[place].events += warning.events ?? 0
            }
        }
    }

    /// A batch was there already, from an earlier run.
    func skipped(_ batch: Handed) {
        state.withLock { state in
            state.figures.stored += batch.events
            state.figures.storedBefore += batch.events
            state.checkpoint = batch.checkpoint
        }
    }

    /// A batch is on its way.
    func handed(_ batch: Handed, number: UInt64) {
        state.withLock { $0.handed[number] = batch }
    }

    /// A batch is durable.
    func stored(number: UInt64, isDuplicate: Bool) {
        state.withLock { state in
            guard let batch = state.handed.removeValue(forKey: number) else { return }
            state.figures.stored += batch.events
            if isDuplicate { state.figures.storedBefore += batch.events }
            state.checkpoint = batch.checkpoint
        }
    }
}
