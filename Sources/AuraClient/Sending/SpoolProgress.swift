import AuraCore

/// What a spool must know of a window: how its batches are numbered, and how far they are stored.
struct SpoolChange: Hashable, Sendable {
    let mark: SpoolMark
    /// Counts the changes without which nothing more may be sent.
    let version: UInt64
    /// All batches of lower ids are stored, or refused.
    let openID: UInt64
}

/// What keeps a window in step with the spool that its batches come out of.
///
/// Whatever happens to this process, the next one must be able to tell what the server has. So a
/// batch is sent only when the spool knows its number, and when it knows all to be stored but the
/// 64 before it, for which the server can prove what they are.
struct SpoolProgress: Sendable {
    /// All numbers below are known to be stored.
    private(set) var stored: UInt64
    /// Behind the last batch that came out of the spool.
    var end: SpoolPosition
    /// The first number that may not be sent yet.
    private(set) var limit: UInt64
    private(set) var version: UInt64 = 0

    init(_ mark: SpoolMark?) {
        stored = mark?.stored ?? 0
        end = mark?.first ?? SpoolPosition(id: 1, row: 0)
        limit = mark.map { $0.stored + UInt64(Limits.producerWindow) } ?? 0
    }

    /// What was acknowledged stays so, even if it is sent once more.
    mutating func acknowledged(before number: UInt64) {
        stored = max(stored, number)
    }

    /// The batches have other numbers, or others have theirs.
    mutating func changed() {
        version += 1
        limit = 0
    }

    /// The first batch of all has that number.
    mutating func numbered(from number: UInt64) {
        stored = number
        changed()
    }

    /// The first batch has another number, and all behind it as well.
    mutating func renumbered(from old: UInt64, to new: UInt64) {
        stored = new + (max(stored, old) - old)
        changed()
    }

    /// A batch was taken out.
    mutating func removed(_ number: UInt64) {
        if number < stored { stored -= 1 }
        changed()
    }

    mutating func confirm(_ change: SpoolChange) {
        guard change.version == version else { return }
        limit = max(limit, change.mark.stored + UInt64(Limits.producerWindow))
    }
}
