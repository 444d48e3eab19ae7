import AuraCore

/// What the groups of the log add up to, as they are read again.
struct Replay {
    private(set) var head: Head
    private let index: EventIndex?
    private(set) var producers: Producers
    /// Ingest time of the last record, µs.
    private(set) var lastIngestTime: Int64

    /// Goes on behind a checkpoint, and the events that are in chunks.
    init(behind checkpoint: Checkpoint, sequence: UInt64, index: EventIndex?) {
        self.index = index
        head = Head(behind: sequence)
        producers = Canary.forgetFlushedProducers.isActive ? Producers() : checkpoint.producers
        lastIngestTime = checkpoint.lastIngestTime
    }

    /// Takes the next group.
    ///
    /// Throws `.corrupt` for records that do not follow from those before.
    mutating func take(_ place: GroupReader.Place) throws(StorageError) {
        do throws(FormatError) {
            for record in place.group.records { try take(record, of: place.group) }
        } catch {
            throw .corrupt(file: place.file, error.moved(by: place.offset))
        }
        head.append(place.group)
        index?.take(place.group)
    }

    private mutating func take(
        _ record: CommitGroup.Record, of group: CommitGroup
    ) throws(FormatError) {
        let header = record.header
        guard header.ingestTime >= lastIngestTime else {
            throw FormatError(
                .log, 12, at: record.payloadOffset,
                "ingest time \(header.ingestTime) after "
                    + "\(lastIngestTime)")
        }
        lastIngestTime = header.ingestTime
        if header.isOfNobody { return }
        if Canary.forgetProducersOnReplay.isActive, header.kind == .append { return }
        guard producers.apply(header, name: group.name(record)) != nil else {
            throw FormatError(
                .log, 10, at: record.payloadOffset,
                "producer \(header.producer) epoch \(header.epoch) batch "
                    + "\(header.producerSequence) does not follow")
        }
    }
}
