import AuraCore
import AuraWire
import NIOCore

@testable import AuraClient

/// A server reduced to what a producer sees of it: numbers, a window, groups, crashes.
struct ClientModelServer {
    struct Entry: Hashable {
        let number: UInt64
        let hash: UInt64
        let sequence: UInt64
    }

    enum Answer {
        case state(ProducerState, UInt32)
        case ack(AppendAck, UInt32)
        case failure(WireFailure, UInt32)
        case stable(Stable)
    }

    /// What is on the disk, a group an element.
    private(set) var groups: [[Entry]] = []
    private(set) var epoch: UInt32 = 0
    private(set) var incarnation: UInt64 = 1
    private var waiting: [(entry: Entry?, answer: Answer)] = []
    private var backup: [[Entry]] = []
    /// Hashes of batches that it refuses for good.
    var poison: Set<UInt64> = []

    var log: [Entry] { groups.flatMap { $0 } }
    /// The last sequence number that no damage can take away: all but the last group's.
    private(set) var stable: UInt64 = 0

    private var accepted: [Entry] { log + waiting.compactMap(\.entry) }

    var hello: HelloAck {
        HelloAck(
            version: 1, isAuthRequired: false, features: [], incarnation: incarnation,
            maximumPayload: 1 << 22, maximumInFlight: 1_024, initialCredit: 1 << 20, serverTime: 0,
            serverName: "model", serverVersion: "")
    }

    /// Takes a frame; what it answers at once.
    mutating func receive(_ output: Sender.Output, _ id: UInt32, isFull: Bool) -> [Answer] {
        switch output {
        case .open:
            epoch += 1
            let next = (accepted.last?.number ?? 0) + 1
            waiting.append(
                (nil, .state(ProducerState(producer: 1, epoch: epoch, nextSequence: next), id)))
            return []
        case .append(let head, let batch):
            if poison.contains(batch.hash) { return [.failure(WireFailure(.batchInvalid), id)] }
            guard head.epoch == epoch else { return [.failure(WireFailure(.fenced), id)] }
            let all = accepted
            let next = (all.last?.number ?? 0) + 1
            if head.sequence > next {
                return [.failure(WireFailure(.outOfSequence, expectedSequence: next), id)]
            }
            if head.sequence < next { return answer(to: head, batch, id, among: all) }
            if isFull { return [.failure(WireFailure(.memoryFull), id)] }
            let entry = Entry(
                number: next, hash: batch.hash, sequence: (all.last?.sequence ?? 0) + 1)
            waiting.append((entry, .ack(ack(entry, []), id)))
            return []
        }
    }

    private mutating func answer(
        to head: AppendHead, _ batch: SendWindow.Batch, _ id: UInt32, among all: [Entry]
    ) -> [Answer] {
        guard let entry = all.suffix(64).first(where: { $0.number == head.sequence }) else {
            let ack = AppendAck(
                sequence: head.sequence, firstSequence: 0, rowCount: 0,
                flags: [.duplicate, .forgotten])
            return [.ack(ack, id)]
        }
        guard entry.hash == batch.hash else {
            return [.failure(WireFailure(.sequenceConflict), id)]
        }
        waiting.append((nil, .ack(ack(entry, .duplicate), id)))
        return []
    }

    private func ack(_ entry: Entry, _ flags: AppendAck.Flags) -> AppendAck {
        AppendAck(
            sequence: entry.number, firstSequence: entry.sequence, rowCount: 1, flags: flags)
    }

    /// Makes what waits durable, and with it all that came before stable.
    mutating func commit() -> [Answer] {
        let entries = waiting.compactMap(\.entry)
        if !entries.isEmpty {
            stable = max(stable, log.last?.sequence ?? 0)
            groups.append(entries)
        }
        let answers = waiting.map(\.answer)
        waiting = []
        return answers + [.stable(Stable(stable: stable, visible: 0))]
    }

    /// Nothing came for a while: everything is stable.
    mutating func promise() -> [Answer] {
        guard waiting.isEmpty else { return [] }
        stable = max(stable, log.last?.sequence ?? 0)
        return [.stable(Stable(stable: stable, visible: 0))]
    }

    /// The group that was to be committed cannot be written.
    mutating func failCommit() -> [Answer] {
        let failed = waiting.compactMap { waiting -> Answer? in
            switch waiting.answer {
            case .state(_, let id):
                epoch -= 1
                return .failure(WireFailure(.noSpace), id)
            case .ack(_, let id): return .failure(WireFailure(.noSpace), id)
            case .failure, .stable: return nil
            }
        }
        waiting = []
        return failed
    }

    /// Stops without warning; `isTorn`: the disk loses the last group, unless it is stable.
    mutating func crash(isTorn: Bool) {
        waiting = []
        if isTorn, let last = groups.last?.last, last.sequence > stable { groups.removeLast() }
    }

    mutating func makeBackup() {
        backup = groups
    }

    /// Goes on with the backup, as another store.
    mutating func restore() {
        waiting = []
        groups = backup
        stable = log.last?.sequence ?? 0
        incarnation += 1
    }

    /// Another client uses the producer's name.
    mutating func intrude(hash: UInt64) {
        epoch += 1
        waiting = []
        let last = log.last
        groups.append([
            Entry(
                number: (last?.number ?? 0) + 1, hash: hash, sequence: (last?.sequence ?? 0) + 1)
        ])
    }
}
