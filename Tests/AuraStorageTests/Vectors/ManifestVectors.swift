import AuraCore
import AuraTesting
import Foundation

/// What manifest vectors are made of.
enum ManifestExample {
    static let created = EditMeaning(
        kind: "created", segmentSize: 1 << 26, time: LogExample.time)

    static func used(_ segment: UInt64, synced group: UInt64) -> EditMeaning {
        EditMeaning(kind: "segment-used", segment: segment, group: group)
    }

    static func opened(_ group: UInt64) -> EditMeaning {
        EditMeaning(kind: "opened", group: group, time: LogExample.time + 2)
    }

    static func closed(_ group: UInt64) -> EditMeaning {
        EditMeaning(kind: "closed", group: group, time: LogExample.time + 3)
    }

    static func chunk(
        _ number: UInt64, rows: UInt64, from first: UInt64, tombstone: UInt64 = 0,
        level: UInt64 = 0
    ) -> EditMeaning {
        let time = UInt64(LogExample.time)
        return EditMeaning(
            kind: "chunk-added",
            numbers: [
                number, rows, 4_096, time, time + 999, first, first + rows - 1, 0x1111, 0x2222,
                tombstone, level,
            ])
    }

    static func aged(_ number: UInt64, upTo sequence: UInt64, before: Int64) -> EditMeaning {
        EditMeaning(
            kind: "aged",
            numbers: [
                number, sequence, 1, UInt64(LogExample.time + 4), UInt64(bitPattern: before),
            ])
    }

    static func erased(_ number: UInt64, upTo sequence: UInt64, values: UInt64 = 2) -> EditMeaning {
        let hashes: [UInt64] = [0x6666, 0x7777, 0x8888, 0x9999]
        return EditMeaning(
            kind: "erased",
            numbers: [number, sequence, 1, UInt64(LogExample.time + 5), values]
                + hashes.prefix(Int(2 * values)),
            attribute: "patient_id")
    }

    static func done(_ number: UInt64) -> EditMeaning {
        EditMeaning(kind: "tombstone-done", numbers: [number])
    }

    static func flushed(_ sequence: UInt64, group: UInt64, segment: UInt64) -> EditMeaning {
        EditMeaning(
            kind: "flushed",
            numbers: [sequence, segment, 8_192, group, 0x3333, 0x4444, group, 99, 0x5555])
    }

    static let copied = EditMeaning(kind: "copied", numbers: [UInt64(LogExample.time) + 4])

    static func renewed(_ identity: UInt64) -> EditMeaning {
        EditMeaning(kind: "renewed", numbers: [identity, UInt64(LogExample.time) + 5])
    }

    static func restated(
        segment: UInt64, group: UInt64, chunk: UInt64, tombstone: UInt64
    ) -> EditMeaning {
        EditMeaning(kind: "restated", numbers: [segment, group, chunk, tombstone])
    }

    static func dropped(_ number: UInt64) -> EditMeaning {
        EditMeaning(kind: "chunk-dropped", numbers: [number])
    }

    /// A manifest with a group for each list of edits, a page each.
    static func manifest(
        _ about: String, _ groups: [EditMeaning]..., state: StateMeaning? = nil
    ) -> FileMeaning {
        FileMeaning(
            about: about, format: "manifest", incarnation: LogExample.incarnation, number: 1,
            size: 0,
            groups: groups.enumerated().map { index, edits in
                GroupMeaning(
                    offset: Int64(index + 1) * 4_096, number: UInt64(index + 1), firstSequence: 1,
                    synced: UInt64(index), time: LogExample.time + Int64(index),
                    records: edits.map { RecordMeaning(kind: "edit", edit: $0) })
            },
            state: state)
    }
}

extension FileVector {
    static var manifest: [FileVector] {
        typealias E = ManifestExample
        var closed = StateMeaning(
            segmentSize: 1 << 26, createdAt: LogExample.time, lastSegment: 2, promisedGroup: 60,
            closedAtGroup: 60)
        let every = E.manifest(
            "Made, filled over two segments, closed in order",
            [E.created], [E.used(1, synced: 0)], [E.opened(0)],
            [E.used(2, synced: 57), E.closed(60)],
            state: closed)
        closed.closedAtGroup = nil
        let open = E.manifest(
            "Opened again after the close", [E.created, E.used(1, synced: 0)],
            [E.used(2, synced: 57), E.closed(60)], [E.opened(60)], state: closed)
        let new = E.manifest(
            "Made, and nothing else", [E.created],
            state: StateMeaning(
                segmentSize: 1 << 26, createdAt: LogExample.time, lastSegment: 0, promisedGroup: 0,
                firstSegment: 0))
        return [
            FileVector(name: "every-edit", meaning: every),
            FileVector(
                name: "chunks",
                meaning: E.manifest(
                    "Two chunks flushed, then replaced by one", [E.created, E.used(1, synced: 0)],
                    [E.chunk(1, rows: 40, from: 1), E.flushed(40, group: 12, segment: 1)],
                    [E.used(2, synced: 20)],
                    [E.chunk(2, rows: 2, from: 41), E.flushed(42, group: 22, segment: 2)],
                    [E.chunk(3, rows: 42, from: 1), E.dropped(1), E.dropped(2)],
                    state: StateMeaning(
                        segmentSize: 1 << 26, createdAt: LogExample.time, lastSegment: 2,
                        promisedGroup: 22, firstSegment: 2, chunks: [3], flushedGroup: 22,
                        flushedSequence: 42))),
            FileVector(
                name: "tombstones",
                meaning: E.manifest(
                    "Two deletions by age, the first in the second, and two erasures, one done",
                    [E.created, E.used(1, synced: 0)],
                    [E.chunk(1, rows: 40, from: 1), E.flushed(40, group: 12, segment: 1)],
                    [E.aged(1, upTo: 40, before: LogExample.time)], [E.erased(2, upTo: 41)],
                    [E.aged(3, upTo: 42, before: LogExample.time + 10)],
                    [E.erased(5, upTo: 42, values: 1)],
                    [
                        E.dropped(1), E.chunk(2, rows: 38, from: 1, tombstone: 5, level: 1),
                        E.done(2),
                    ],
                    state: StateMeaning(
                        segmentSize: 1 << 26, createdAt: LogExample.time, lastSegment: 1,
                        promisedGroup: 12, chunks: [2], flushedGroup: 12, flushedSequence: 40,
                        tombstones: [3, 5]))),
            FileVector(name: "reopened", meaning: open), FileVector(name: "new", meaning: new),
            FileVector(
                name: "copied",
                meaning: E.manifest(
                    "A copy, opened, and copied again", [E.created, E.used(1, synced: 0)],
                    [E.copied], [E.renewed(0xFEDC_BA98_7654_3210)], [E.copied],
                    state: StateMeaning(
                        segmentSize: 1 << 26, createdAt: LogExample.time, lastSegment: 1,
                        promisedGroup: 0, identity: "fedcba9876543210", isCopy: true))),
            FileVector(
                name: "restated",
                meaning: E.manifest(
                    "What an earlier manifest had come to, and one edit more",
                    [
                        E.created, E.erased(5, upTo: 42),
                        E.restated(segment: 8, group: 80, chunk: 20, tombstone: 6),
                        E.chunk(3, rows: 40, from: 1, tombstone: 6, level: 1),
                        E.flushed(42, group: 78, segment: 7), E.renewed(0xFEDC_BA98_7654_3210),
                    ], [E.used(9, synced: 90)],
                    state: StateMeaning(
                        segmentSize: 1 << 26, createdAt: LogExample.time, lastSegment: 9,
                        promisedGroup: 90, firstSegment: 7, chunks: [3], flushedGroup: 78,
                        flushedSequence: 42, tombstones: [5], identity: "fedcba9876543210"))),
        ]
    }
}

/// What a `CURRENT` file says: the `.json` beside its vector.
struct CurrentMeaning: Codable, Equatable {
    var about: String
    /// The name of the manifest.
    var manifest: String

    static let example = CurrentMeaning(
        about: "The file CURRENT that names manifest 1", manifest: "MANIFEST-0000000000000001")

    static func read(_ text: String) throws -> CurrentMeaning {
        try JSONDecoder().decode(CurrentMeaning.self, from: Data(text.utf8))
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// The file, from the document alone.
    func write() -> AnnotatedBytes {
        CurrentMeaning.file(manifest, hash: Checksum.hash64(Array(manifest.utf8).rawSpan))
    }

    /// A file with any name and hash.
    static func file(_ name: String, hash: UInt64) -> AnnotatedBytes {
        let digits = String(hash, radix: 16)
        let text = String(repeating: "0", count: 16 - digits.count) + digits
        var bytes = AnnotatedBytes()
        bytes.append("name", name, bytes: Array(name.utf8))
        bytes.append("blank", bytes: [0x20])
        bytes.append("hash", text, bytes: Array(text.utf8))
        bytes.append("line end", bytes: [0x0A])
        return bytes
    }
}
