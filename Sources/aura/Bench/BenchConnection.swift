import AuraClient
import NIOCore
import Synchronization

/// One connection of a load: sends batches under a producer of its own, and sees how long each takes.
final class BenchConnection: Sendable {
    /// A batch that was handed over and not acknowledged.
    private struct Pending {
        /// When it was to be sent.
        let due: ContinuousClock.Instant
        let size: Int
        let isMeasured: Bool
    }

    private struct State {
        /// Acknowledgements come in the order of the batches.
        var pending = CircularBuffer<Pending>()
        var tally = BenchTally()
    }

    /// Shared with the callback of the session.
    private final class Ledger: Sendable {
        let state = Mutex(State())
        /// One for each acknowledgement.
        let answers: AsyncStream<Void>
        let continuation: AsyncStream<Void>.Continuation

        init() {
            (answers, continuation) = AsyncStream.makeStream()
        }

        func acknowledged(_ receipt: Receipt) {
            let now = ContinuousClock.now
            state.withLock { state in
                guard let batch = state.pending.popFirst() else { return }
                state.tally.acknowledged += UInt64(receipt.rowCount)
                guard batch.isMeasured else { return }
                state.tally.add(
                    rows: receipt.rowCount, bytes: batch.size, latency: now - batch.due, at: now)
            }
            continuation.yield()
        }
    }

    private let number: Int
    private let session: ImportSession
    private let ledger: Ledger

    /// Connects, and opens the producer.
    init(_ client: AuraClient, producer: String, number: Int) async throws(ClientError) {
        self.number = number
        let ledger = Ledger()
        self.ledger = ledger
        session = try await client.openImport(producer: "\(producer)-\(number + 1)") {
            ledger.acknowledged($0.receipt)
        }
    }

    /// What has come of it so far.
    var tally: BenchTally { ledger.state.withLock { $0.tally } }

    /// Does its part of the plan, and waits for every acknowledgement.
    func run(_ schedule: BenchSchedule, _ batches: BenchBatches) async throws {
        if schedule.plan.eventsPerSecond == nil {
            try await runClosed(schedule, batches)
        } else {
            try await runOpen(schedule, batches)
        }
        try await session.finish()
    }

    /// Ends it at once.
    func cancel() async {
        await session.cancel()
    }

    /// Each acknowledgement lets the next batch go.
    private func runClosed(_ schedule: BenchSchedule, _ batches: BenchBatches) async throws {
        for _ in 0..<schedule.plan.inFlight { ledger.continuation.yield() }
        var index = 0
        for await _ in ledger.answers {
            let due = ContinuousClock.now
            let role = schedule.take(due: due)
            if role == .over { return }
            try await send(index, batches, due: due, role)
            index += 1
        }
        try Task.checkCancellation()
    }

    /// Batches go when they are due, and wait for their turn where the server is slower.
    private func runOpen(_ schedule: BenchSchedule, _ batches: BenchBatches) async throws {
        var index = 0
        while let offset = schedule.plan.due(index, connection: number) {
            let due = schedule.start + offset
            let now = ContinuousClock.now
            if due > now { try await Task.sleep(until: due, tolerance: .zero, clock: .continuous) }
            let role = schedule.take(due: due)
            if role == .over { return }
            if let end = schedule.end, now >= end {
                // It was due and could not be sent: no less than this has it waited.
                if role == .measured {
                    ledger.state.withLock { $0.tally.addUnsent(latency: end - due) }
                }
            } else {
                try await send(index, batches, due: due, role)
            }
            index += 1
        }
    }

    private func send(
        _ index: Int, _ batches: BenchBatches, due: ContinuousClock.Instant,
        _ role: BenchSchedule.Role
    ) async throws {
        let batch = batches.batches[index % batches.batches.count]
        ledger.state.withLock { state in
            state.tally.sent += UInt64(batches.rows)
            state.pending.append(
                Pending(due: due, size: batch.count, isMeasured: role == .measured))
        }
        try await session.send(
            batch, rowCount: batches.rows, number: session.nextNumber + UInt64(index))
    }
}
