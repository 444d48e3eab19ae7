import AuraCore

/// What is left of the knowledge about producers, where the log has gaps.
///
/// A number that any record has is never given again: a batch that was lost may be sent again and be
/// called stored long ago, but none that is there is stored twice.
struct ProducerRemains {
    fileprivate struct Remains {
        var name: ExactText
        var epoch: UInt32
        var next: UInt64
        var time: Int64
        var entries: [Producer.Entry] = []
    }

    private var producers: [UInt32: Remains] = [:]
    private var lastHandle: UInt32 = 0
    private(set) var lastTime = Int64.min

    init() {}

    /// What a checkpoint remembers.
    init(_ checkpoint: Checkpoint) {
        lastTime = checkpoint.lastIngestTime
        lastHandle = checkpoint.producers.lastHandle
        for (handle, producer) in checkpoint.producers.producers {
            producers[handle] = Remains(
                name: producer.name, epoch: producer.epoch, next: producer.nextSequence,
                time: producer.time,
                entries: producer.window.filter { $0.producerSequence > 0 }
                    .sorted { $0.producerSequence < $1.producerSequence })
        }
    }

    /// Takes a record of the log, in their order.
    mutating func take(_ record: RecordHeader, name: String) {
        lastTime = max(lastTime, record.ingestTime)
        guard record.producer > 0 else { return }
        lastHandle = max(lastHandle, record.producer)
        if record.kind == .producerOpen {
            let known = producers[record.producer]
            producers[record.producer] = Remains(
                name: ExactText(name), epoch: max(record.epoch, known?.epoch ?? 0),
                next: known?.next ?? 1, time: record.ingestTime, entries: known?.entries ?? [])
        } else if record.producerSequence >= producers[record.producer]?.next ?? .max {
            producers[record.producer]?.add(record)
        }
    }

    /// The producers as a checkpoint has them; of two of one name the one that came later.
    var all: Producers {
        var all = Producers()
        for (handle, one) in producers.sorted(by: { $0.key > $1.key }) {
            let producer = Producer(
                name: one.name, epoch: one.epoch, nextSequence: one.next, time: one.time,
                entries: Array(one.entries.suffix(Limits.producerWindow)))
            _ = all.insert(producer, handle)
        }
        all.resume(lastHandle: lastHandle)
        return all
    }
}

extension ProducerRemains.Remains {
    fileprivate mutating func add(_ record: RecordHeader) {
        next = record.producerSequence + 1
        time = record.ingestTime
        entries.append(
            Producer.Entry(
                producerSequence: record.producerSequence, firstSequence: record.firstSequence,
                rowCount: record.rowCount, clientHash: record.clientHash))
        if entries.count > 2 * Limits.producerWindow {
            entries.removeFirst(Limits.producerWindow)
        }
    }
}
