import AuraWire
import Synchronization

extension MissingEvents {
    /// What cannot be read, for people.
    var words: String {
        "\(Figures.grouped(count)) events of \(chunk): numbers \(sequences.lowerBound) to "
            + "\(sequences.upperBound), from \(times.lowerBound) to \(times.upperBound)"
    }
}

extension CommandFailure {
    /// An answer that lacks what cannot be read.
    init(missing: [MissingEvents]) {
        let parts = missing.map { "\n  " + $0.words }.joined()
        self.init(
            .partial, "the answer is not whole; these cannot be read:\(parts)",
            hint: "put the files back from a copy, or see 'aura store verify'")
    }
}

/// What was told to be missing, from any thread.
final class MissingParts: Sendable {
    private let parts: Mutex<[MissingEvents]> = Mutex([])

    var all: [MissingEvents] { parts.withLock { $0 } }

    func add(_ part: MissingEvents) {
        parts.withLock { $0.append(part) }
    }
}
