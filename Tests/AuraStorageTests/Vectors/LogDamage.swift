import AuraCore
import AuraTesting

/// A file that must be refused, and the condition of its document that it breaks.
///
/// A log segment has one group, which the manifest beside it calls durable.
struct FileDamage {
    let condition: Int
    let name: String
    let about: String
    let bytes: AnnotatedBytes

    init(
        _ condition: Int, _ name: String, _ about: String, _ file: ReferenceFile,
        _ change: (inout AnnotatedBytes) -> Void = { _ in }
    ) throws {
        self.condition = condition
        self.name = name
        self.about = about
        var bytes = try file.write()
        change(&bytes)
        self.bytes = bytes
    }

    /// A segment of two pages with those records in its one group.
    static func segment(
        _ records: RecordMeaning..., number: UInt64 = 1, first: UInt64 = 1,
        payload: [UInt8]? = nil, header: @escaping ReferenceFile.Change = { _ in },
        group change: @escaping ReferenceFile.Change = { _ in }
    ) -> ReferenceFile {
        var group = LogExample.group(number, at: 4_096, first: first)
        group.records = records
        var file = ReferenceFile(meaning: LogExample.segment("", size: 8_192, group))
        file.changeFileHeader = header
        file.changeGroup = change
        if let payload { file.payload = { _ in payload } }
        return file
    }

    static var log: [FileDamage] {
        get throws {
            try fileHeader + groupHeader + chain + body + records + batches + blank
        }
    }

    private typealias E = LogExample
    /// One batch of nobody.
    private static var plain: ReferenceFile { segment(E.append(first: 1)) }

    private static func changed(_ change: @escaping ReferenceFile.Change) -> ReferenceFile {
        segment(E.append(first: 1), group: change)
    }

    private static func header(_ change: @escaping ReferenceFile.Change) -> ReferenceFile {
        segment(E.append(first: 1), header: change)
    }

    // MARK: Conditions 1 to 3

    private static var fileHeader: [FileDamage] {
        get throws {
            [
                try FileDamage(1, "empty", "No bytes at all", plain) { $0.truncate(to: 0) },
                try FileDamage(1, "short", "Less than a file header", plain) {
                    $0.truncate(to: 4_088)
                },
                try FileDamage(2, "file-checksum", "A file header that rotted", plain) {
                    $0.damage("file version", "the checksum is that of 1", UInt32(3))
                },
                try FileDamage(
                    2, "file-magic", "The magic of a manifest",
                    header {
                        $0.damage("file magic", "AURAMAN1", bytes: Array("AURAMAN1".utf8))
                    }),
                try FileDamage(
                    2, "file-header-size", "A file header that says another size of itself",
                    header {
                        $0.damage("file header size", "4096 is due", UInt32(8_192))
                    }),
                try FileDamage(
                    2, "file-reserved", "A reserved byte of the file header is set",
                    header {
                        let reserved = [UInt8](repeating: 0, count: 4_039) + [1]
                        $0.damage("file reserved", "the last byte is set", bytes: reserved)
                    }),
                try FileDamage(
                    3, "file-number", "The file header of another segment",
                    header {
                        $0.damage("file number", "1 is due", UInt64(2))
                    }),
                try FileDamage(
                    3, "file-size", "A segment that lost its end",
                    header {
                        $0.damage("file size", "the file has 8192", Int64(12_288))
                    }),
                try FileDamage(
                    3, "file-size-0", "A segment that grows",
                    header {
                        $0.damage("file size", "8192 is due", Int64(0))
                    }),
                try FileDamage(
                    3, "file-size-other", "A segment larger than those of the store",
                    ReferenceFile(meaning: E.segment("", size: 12_288))),
                try FileDamage(
                    3, "file-incarnation", "A segment of another store",
                    header {
                        $0.damage("file incarnation", "of another store", UInt64(1))
                    }),
            ]
        }
    }

    // MARK: Condition 4

    private static var groupHeader: [FileDamage] {
        get throws {
            [
                try FileDamage(
                    4, "group-magic", "The magic of another version",
                    changed {
                        $0.damage("magic", "AGR2", bytes: Array("AGR2".utf8))
                    }),
                try FileDamage(4, "header-hash", "A group header that rotted", plain) {
                    $0.damage("wall time", "the hash is that of another", Int64(0))
                },
                try FileDamage(
                    4, "other-file", "A group of segment 2",
                    changed {
                        $0.damage("file of the group", "1 is due", UInt64(2))
                    }),
                try FileDamage(
                    4, "other-place", "A group that lay elsewhere",
                    changed {
                        $0.damage("place of the group", "4096 is due", Int64(8_192))
                    }),
                try FileDamage(
                    4, "number-0", "A group before the first",
                    changed {
                        $0.damage("group number", "the first is 1", UInt64(0))
                    }),
                try FileDamage(
                    4, "promises-itself", "A promise of the group that makes it",
                    changed {
                        $0.damage("promise", "below 1", UInt64(1))
                    }),
                try FileDamage(
                    4, "group-size-0", "A group without bytes",
                    changed {
                        $0.damage("group size", "at least 4096", UInt32(0))
                    }),
                try FileDamage(
                    4, "group-size-odd", "A group that ends within a page",
                    changed {
                        $0.damage("group size", "a multiple of 4096", UInt32(4_104))
                    }),
                try FileDamage(
                    4, "group-size-limit", "A page over the limit",
                    changed {
                        let most = 8_388_608 + 4_194_304 + 8_192
                        $0.damage("group size", "at most 12591104", UInt32(most + 4_096))
                    }),
                try FileDamage(
                    4, "content-leaves", "More content than the group has",
                    changed {
                        $0.damage("content size", "at most 4000", UInt32(4_001))
                    }),
            ]
        }
    }

    // MARK: Conditions 5 to 7

    private static var chain: [FileDamage] {
        get throws {
            [
                try FileDamage(
                    5, "group-number", "The log begins with group 2",
                    segment(E.append(first: 1), number: 2)),
                try FileDamage(
                    6, "first-event", "The log begins with event 2",
                    segment(E.append(first: 2), first: 2)),
                try FileDamage(
                    6, "previous", "A first group behind another",
                    changed {
                        $0.damage("previous, high", "0 is due", UInt64(1))
                    }),
                try FileDamage(
                    7, "group-leaves", "A group beyond the end of its file",
                    changed {
                        $0.damage("group size", "the file has 4096 more", UInt32(8_192))
                    }),
                try FileDamage(7, "body-hash", "A bit that fell over", plain) {
                    $0.damage("ingest time", "the hash is that of another", E.time ^ 1)
                },
            ]
        }
    }
}

extension FileDamage {
    // MARK: Condition 8

    private static var body: [FileDamage] {
        get throws {
            [
                try FileDamage(
                    8, "record-kind", "A record nobody has defined",
                    changed {
                        $0.damage("kind", "unknown", UInt8(3))
                    }),
                try FileDamage(
                    8, "edit", "An edit of the manifest in the log",
                    changed {
                        $0.damage("kind", "in manifests only", UInt8(16))
                    }),
                try FileDamage(
                    8, "flags", "A flag nobody has defined",
                    changed {
                        $0.damage("flags", "0 or 1", UInt8(2))
                    }),
                try FileDamage(
                    8, "reserved-2", "A reserved byte of a record is set",
                    changed {
                        $0.damage("reserved at 2", "0 is due", UInt16(1))
                    }),
                try FileDamage(
                    8, "reserved-36", "A reserved byte of a record is set",
                    changed {
                        $0.damage("reserved at 36", "0 is due", UInt32(1))
                    }),
                try FileDamage(
                    8, "half-record", "Content that ends in a record header",
                    changed {
                        $0.damage("content size", "less than a record", UInt32(56))
                    }),
                try FileDamage(
                    8, "payload-leaves", "A payload beyond the content",
                    changed {
                        $0.damage("payload size", "more than the content has", UInt32.max)
                    }),
                try FileDamage(
                    8, "rows-of-opening", "An opening with events",
                    segment(
                        E.opening("a", next: 1),
                        group: { $0.damage("rows", "0 is due", UInt32(1)) })),
                try FileDamage(
                    8, "flag-of-opening", "An opening that was rewritten",
                    segment(
                        E.opening("a", next: 1),
                        group: { $0.damage("flags", "0 is due", UInt8(1)) })),
                try FileDamage(
                    8, "payload-padding", "Padding of a payload with content",
                    segment(
                        E.opening("a", next: 1),
                        group: {
                            let padding: [UInt8] = [0, 0, 0, 0, 0, 0, 1]
                            $0.damage("padding after payload", "the last is set", bytes: padding)
                        })),
                try FileDamage(
                    8, "record-count", "A record that is not there",
                    changed {
                        $0.damage("records", "1 is due", UInt32(2))
                    }),
                try FileDamage(
                    8, "event-count", "Events that are not there",
                    changed {
                        $0.damage("events", "1 is due", UInt32.max)
                    }),
                try FileDamage(
                    8, "padding", "Padding with content",
                    changed {
                        let count = $0.fields.last?.bytes.count ?? 0
                        let padding = [UInt8](repeating: 0, count: max(0, count - 1)) + [1]
                        $0.damage("group padding", "the last byte is set", bytes: padding)
                    }),
            ]
        }
    }

    // MARK: Conditions 9 and 10

    private static func openings(_ second: RecordMeaning) -> ReferenceFile {
        segment(E.opening("a", next: 1), second)
    }

    private static var records: [FileDamage] {
        get throws {
            [
                try FileDamage(
                    9, "payload-hash", "A batch that is not the client's",
                    changed {
                        $0.damage("payload hash", "another's", UInt64(0))
                    }),
                try FileDamage(
                    9, "client-hash", "A batch that was rewritten and does not say so",
                    changed {
                        $0.damage("client hash", "that of the payload is due", UInt64(0))
                    }),
                try FileDamage(
                    10, "nobody-epoch", "A batch of nobody with an epoch",
                    segment(E.append(first: 1, epoch: 1))),
                try FileDamage(
                    10, "nobody-number", "A batch of nobody with a number",
                    segment(E.append(first: 1, number: 1))),
                try FileDamage(
                    10, "opening-number", "An opening with a number",
                    segment(
                        E.opening("a", next: 1),
                        group: { $0.damage("producer's number", "0 is due", UInt64(1)) })),
                try FileDamage(
                    10, "not-opened", "A batch of a producer that nobody opened",
                    segment(E.append(first: 1, producer: 1, epoch: 1, number: 1))),
                try FileDamage(
                    10, "number-skipped", "A producer's second batch without the first",
                    openings(E.append(first: 1, producer: 1, epoch: 1, number: 2))),
                try FileDamage(
                    10, "batch-0", "A producer's batch without a number",
                    openings(E.append(first: 1, producer: 1, epoch: 1))),
                try FileDamage(
                    10, "later-epoch", "A batch of an opening that was not yet",
                    openings(E.append(first: 1, producer: 1, epoch: 2, number: 1))),
                try FileDamage(
                    10, "handle-skipped", "The second producer before the first",
                    segment(E.opening("a", producer: 2, next: 1))),
                try FileDamage(
                    10, "handle-0", "A producer without a handle",
                    segment(E.opening("a", producer: 0, next: 1))),
                try FileDamage(
                    10, "epoch-repeated", "A producer opened twice with one epoch",
                    openings(E.opening("a", next: 1))),
                try FileDamage(
                    10, "epoch-skipped", "The third opening without a second",
                    openings(E.opening("a", epoch: 3, next: 1))),
                try FileDamage(
                    10, "other-name", "A handle opened under another name",
                    openings(E.opening("b", epoch: 2, next: 1))),
                try FileDamage(
                    10, "two-handles", "One name with two handles",
                    openings(E.opening("a", producer: 2, next: 1))),
            ]
        }
    }

    // MARK: Conditions 11 to 13

    private static var batches: [FileDamage] {
        get throws {
            let bad = try GoldenVectors("batch").bytes("bad-magic")
            var earlier = E.append(first: 2)
            earlier.ingestTime = E.time - 1
            return [
                try FileDamage(
                    11, "batch", "The batch vector bad-magic",
                    segment(E.append(first: 1), payload: bad)),
                try FileDamage(
                    11, "rows", "A record of two events with a batch of one",
                    changed {
                        $0.damage("rows", "the batch has 1", UInt32(2))
                    }),
                try FileDamage(
                    12, "record-first", "A record that leaves an event out",
                    changed {
                        $0.damage("first event of the record", "1 is due", UInt64(2))
                    }),
                try FileDamage(
                    12, "ingest-time", "A record that came before the one before it",
                    segment(E.append(first: 1), earlier)),
            ]
        }
    }

    private static var blank: [FileDamage] {
        get throws {
            let empty = ReferenceFile(meaning: LogExample.segment("", size: 8_192))
            return [try FileDamage(13, "blank", "Zeros where a durable group was", empty)]
        }
    }
}
