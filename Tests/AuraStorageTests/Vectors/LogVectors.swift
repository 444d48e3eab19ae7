import AuraTesting

/// A file that must be read, and what it means.
struct FileVector {
    let name: String
    let meaning: FileMeaning
}

/// What log vectors are made of.
enum LogExample {
    static let incarnation = "0123456789abcdef"
    /// 2023-11-14T22:13:20Z.
    static let time: Int64 = 1_700_000_000_000_000

    static func segment(_ about: String, size: Int64, _ groups: GroupMeaning...) -> FileMeaning {
        FileMeaning(
            about: about, format: "log", incarnation: incarnation, number: 1, size: size,
            groups: groups)
    }

    /// A group that promises all before it.
    static func group(
        _ number: UInt64, at offset: Int64, first: UInt64, _ records: RecordMeaning...
    ) -> GroupMeaning {
        GroupMeaning(
            offset: offset, number: number, firstSequence: first, synced: number - 1,
            time: time + Int64(number), records: records)
    }

    static func opening(
        _ name: String, producer: UInt32 = 1, epoch: UInt32 = 1, next: UInt64
    ) -> RecordMeaning {
        RecordMeaning(
            kind: "producer-open", producer: producer, epoch: epoch, firstSequence: next,
            ingestTime: time, name: name)
    }

    /// The batch of the vector `one-row`.
    static func append(
        first: UInt64, producer: UInt32? = nil, epoch: UInt32? = nil, number: UInt64? = nil
    ) -> RecordMeaning {
        RecordMeaning(
            kind: "append", producer: producer, epoch: epoch, producerSequence: number,
            firstSequence: first, rows: 1, ingestTime: time, batch: "one-row")
    }

    /// Nobody's batch of the vector `every-type`, which the privacy rules changed.
    static func rewritten(first: UInt64) -> RecordMeaning {
        RecordMeaning(
            kind: "append", isRewritten: true, firstSequence: first, rows: 3, ingestTime: time + 7,
            clientHash: "fedcba9876543210", batch: "every-type")
    }
}

extension FileVector {
    static var log: [FileVector] {
        typealias E = LogExample
        let opened = E.group(
            1, at: 4_096, first: 1, E.opening("clinic-7", next: 1),
            E.append(first: 1, producer: 1, epoch: 1, number: 1))
        return [
            FileVector(
                name: "segment",
                meaning: E.segment(
                    "A producer opens and sends; a rewritten batch of nobody; an empty promise",
                    size: 32_768, opened, E.group(2, at: 8_192, first: 2, E.rewritten(first: 2)),
                    E.group(3, at: 12_288, first: 5))),
            FileVector(
                name: "again",
                meaning: E.segment(
                    "The last group written again at recovery, behind a page that was never durable",
                    size: 32_768, opened, E.group(2, at: 8_192, first: 2, E.append(first: 2)),
                    E.group(2, at: 16_384, first: 2, E.append(first: 2)),
                    E.group(
                        3, at: 20_480, first: 3, E.opening("clinic-7", epoch: 2, next: 3),
                        E.append(first: 3, producer: 1, epoch: 2, number: 2)))),
            FileVector(
                name: "fresh",
                meaning: E.segment("A segment that is ready for use", size: 8_192)),
        ]
    }
}
