import AuraClient
import AuraCore
import AuraImport

/// One file on its way into a store, as often as it takes, each event once.
///
/// The batches that a file gives are always the same and numbered from 1 under a producer's name
/// that stands for the file's content and the mapping. The server knows the next number, so a run
/// that was killed is continued by running it again: what is stored is skipped by its number. The
/// checkpoint only saves reading it.
struct IngestRun: Sendable {
    let path: String
    let options: ImportOptions
    /// The producer's name; it belongs to this input and to no other.
    let producer: String
    let rejectPath: String
    let maximumRejects: Int64?
    let eventsPerSecond: Double?
    let connection: ServerConnection
    let progress: IngestProgress
    /// Whether an earlier run may have come some way.
    let isResumable: Bool

    /// Rejecting so many rows, and nothing else, means that the mapping does not fit the file.
    private static let hopelessRejects: Int64 = 1_000
    private static let checkpointInterval = Duration.seconds(1)

    /// Sends the file; returns when all of it is durable.
    func run() async throws {
        do {
            try await attempt()
        } catch ClientError.lost {
            // The server was set back to a backup: everything is sent again from what it has.
            try await attempt()
        }
    }

    private func attempt() async throws {
        let progress = progress
        let session = try await connection.client.openImport(producer: producer) { batch in
            progress.stored(number: batch.number, isDuplicate: batch.receipt.isDuplicate)
            progress.warned(batch.receipt.warnings)
        }
        do {
            try await send(session)
            keepCheckpoint(isFinal: true)
        } catch {
            await session.cancel()
            keepCheckpoint(isFinal: false)
            throw translated(error)
        }
    }

    private func send(_ session: ImportSession) async throws {
        let next = session.nextNumber
        var checkpoint = start(next)
        progress.begin(after: checkpoint)
        if checkpoint.isComplete, checkpoint.batch + 1 == next { return try await session.finish() }
        let file = try InputFile(path)
        let rejects = RejectFile(rejectPath, kept: checkpoint.rejectBytes)
        let rejectedBefore = checkpoint.rejected
        var options = options
        options.latestTime = latestTime(&checkpoint)
        var importer = Importer(
            GzipSource(file.bytes), options: options,
            from: checkpoint.batch == 0 ? nil : checkpoint.position)
        var throttle = Throttle(eventsPerSecond: eventsPerSecond)
        var lastKept = ContinuousClock.now
        while let batch = try importer.next(reject: rejects.add) {
            checkpoint.rejectBytes = try rejects.flush()
            checkpoint.batch += 1
            checkpoint.position = batch.position
            checkpoint.events += Int64(batch.eventCount)
            checkpoint.rejected = rejectedBefore + importer.counts.rejected
            progress.read(
                fraction: fraction(file), rejected: checkpoint.rejected,
                privacy: importer.counts.privacy)
            try check(checkpoint)
            let handed = IngestProgress.Handed(
                events: Int64(batch.eventCount), checkpoint: checkpoint)
            if checkpoint.batch < next {
                progress.skipped(handed)
                continue
            }
            try await throttle.wait(for: batch.eventCount)
            progress.handed(handed, number: checkpoint.batch)
            try await session.send(
                batch.bytes, rowCount: batch.eventCount, number: checkpoint.batch)
            if lastKept.duration(to: .now) >= IngestRun.checkpointInterval {
                lastKept = .now
                keepCheckpoint(isFinal: false)
            }
        }
        checkpoint.rejectBytes = try rejects.flush()
        checkpoint.rejected = rejectedBefore + importer.counts.rejected
        progress.read(
            fraction: 1, rejected: checkpoint.rejected, privacy: importer.counts.privacy)
        try check(checkpoint)
        guard checkpoint.batch + 1 >= next else { throw otherInput(checkpoint.batch, next) }
        try await session.finish()
        checkpoint.isComplete = true
        if isResumable { checkpoint.write(producer: producer) }
    }

    /// The place to read from: that of the checkpoint, if the server has what it says.
    private func start(_ next: UInt64) -> IngestCheckpoint {
        guard isResumable, let checkpoint = IngestCheckpoint.read(producer: producer) else {
            return IngestCheckpoint()
        }
        return checkpoint.batch < next
            ? checkpoint : IngestCheckpoint(latestTime: checkpoint.latestTime)
    }

    /// The latest time that is taken: of the first run, as far as that is known.
    private func latestTime(_ checkpoint: inout IngestCheckpoint) -> Timestamp {
        let now = WallClock.microseconds() + Limits.futureTolerance
        let latest = checkpoint.latestTime ?? now
        if checkpoint.latestTime == nil {
            checkpoint.latestTime = latest
            if isResumable { checkpoint.write(producer: producer) }
        }
        return Timestamp(microseconds: latest)
    }

    private func keepCheckpoint(isFinal: Bool) {
        guard isResumable, !isFinal, let checkpoint = progress.takeCheckpoint() else { return }
        checkpoint.write(producer: producer)
    }

    private func fraction(_ file: InputFile) -> Double? {
        guard let size = file.size, let place = file.place, size > 0 else { return nil }
        return Double(place) / Double(size)
    }

    private func check(_ checkpoint: IngestCheckpoint) throws {
        if let maximumRejects, checkpoint.rejected > maximumRejects {
            throw CommandFailure(
                .failed, "more than \(maximumRejects) rows were rejected",
                hint: "see \(rejectPath) for the reasons")
        }
        if checkpoint.events == 0, checkpoint.rejected >= IngestRun.hopelessRejects {
            throw CommandFailure(
                .failed, "none of the first \(checkpoint.rejected) rows gave an event",
                hint: "see \(rejectPath) for the reasons, and mend --map, --type or --time-format")
        }
    }

    private func otherInput(_ batches: UInt64, _ next: UInt64) -> CommandFailure {
        CommandFailure(
            .failed,
            "the producer '\(producer)' has stored \(next - 1) batches, but this input has only "
                + "\(batches): the name was used for another input",
            hint: "choose another name with --producer")
    }

    private func translated(_ error: any Error) -> any Error {
        switch error {
        case let error as InputError:
            CommandFailure(
                error, of: path == InputFile.standardInput ? "the standard input" : path)
        case ClientError.fenced(let producer):
            CommandFailure(
                .failed,
                "the producer '\(producer)' is in use by another ingest, or was used for other "
                    + "events",
                hint: "wait for the other one, or choose another name with --producer")
        default: error
        }
    }
}
