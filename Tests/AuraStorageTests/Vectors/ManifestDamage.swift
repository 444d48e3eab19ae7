import AuraCore
import AuraTesting

extension FileDamage {
    private typealias E = ManifestExample

    /// Manifests that must be refused; their first group is durable, as `CURRENT` names them.
    static var manifest: [FileDamage] {
        get throws { try fileHeaders + framing + edits + impossible + unfinished }
    }

    /// Files `CURRENT` that must be refused: names begin with `current-`.
    static var current: [FileDamage] {
        get throws {
            let name = CurrentMeaning.example.manifest
            func damage(_ name: String, _ about: String, _ bytes: AnnotatedBytes) -> FileDamage {
                FileDamage(20, "current-" + name, about, bytes: bytes)
            }
            var cut = CurrentMeaning.example.write()
            cut.truncate(to: cut.count - 1)
            var long = CurrentMeaning.example.write()
            long.append("another line", bytes: Array("x\n".utf8))
            var upper = CurrentMeaning.example.write()
            upper.damage("hash", "in capitals", bytes: Array("0123456789ABCDEF".utf8))
            func named(_ name: String) -> AnnotatedBytes {
                CurrentMeaning(about: "", manifest: name).write()
            }
            return [
                damage("empty", "No bytes at all", AnnotatedBytes()),
                damage("cut", "A line that does not end", cut),
                damage("long", "More than one line", long),
                damage("hash", "A hash of another name", CurrentMeaning.file(name, hash: 7)),
                damage("capitals", "A hash in another form", upper),
                damage("name", "A name that no manifest has", named("0000000000000001.log")),
                damage("digits", "A manifest of 15 digits", named("MANIFEST-000000000000001")),
            ]
        }
    }

    private init(_ condition: Int, _ name: String, _ about: String, bytes: AnnotatedBytes) {
        self.condition = condition
        self.name = name
        self.about = about
        self.bytes = bytes
    }

    /// A manifest of one group with those edits.
    private static func file(
        _ edits: EditMeaning..., header: @escaping ReferenceFile.Change = { _ in },
        group: @escaping ReferenceFile.Change = { _ in }
    ) -> ReferenceFile {
        var file = ReferenceFile(meaning: E.manifest("", edits))
        file.changeFileHeader = header
        file.changeGroup = group
        return file
    }

    private static func changed(_ change: @escaping ReferenceFile.Change) -> ReferenceFile {
        file(E.created, group: change)
    }

    private static var fileHeaders: [FileDamage] {
        get throws {
            [
                try FileDamage(1, "empty", "No bytes at all", file(E.created)) {
                    $0.truncate(to: 0)
                },
                try FileDamage(2, "file-checksum", "A file header that rotted", file(E.created)) {
                    $0.damage("file number", "the checksum is that of 1", UInt64(3))
                },
                try FileDamage(
                    2, "file-magic", "The magic of a segment",
                    file(
                        E.created,
                        header: {
                            $0.damage("file magic", "AURALOG1", bytes: Array("AURALOG1".utf8))
                        })),
                try FileDamage(
                    2, "file-header-size", "A file header that says another size of itself",
                    file(
                        E.created,
                        header: { $0.damage("file header size", "4096 is due", UInt32(0)) })),
                try FileDamage(
                    2, "file-reserved", "A reserved byte of the file header is set",
                    file(
                        E.created,
                        header: {
                            let reserved = [1] + [UInt8](repeating: 0, count: 4_039)
                            $0.damage("file reserved", "the first byte is set", bytes: reserved)
                        })),
                try FileDamage(
                    3, "file-number", "The file header of manifest 2",
                    file(
                        E.created,
                        header: { $0.damage("file number", "1 is due", UInt64(2)) })),
                try FileDamage(
                    3, "file-size", "A manifest that does not grow",
                    file(
                        E.created,
                        header: { $0.damage("file size", "0 is due", Int64(8_192)) })),
            ]
        }
    }

    private static var framing: [FileDamage] {
        get throws {
            var second = file(E.created)
            second.meaning.groups[0].number = 2
            return [
                try FileDamage(
                    4, "group-magic", "The magic of another version",
                    changed {
                        $0.damage("magic", "AGR2", bytes: Array("AGR2".utf8))
                    }),
                try FileDamage(5, "group-number", "The manifest begins with group 2", second),
                try FileDamage(
                    6, "previous", "A first group behind another",
                    changed {
                        $0.damage("previous, low", "0 is due", UInt64(1))
                    }),
                try FileDamage(7, "body-hash", "A bit that fell over", file(E.created)) {
                    $0.damage("time", "the hash is that of another", LogExample.time ^ 1)
                },
                try FileDamage(
                    8, "append", "A batch in the manifest",
                    changed {
                        $0.damage("kind", "in the log only", UInt8(1))
                    }),
                try FileDamage(
                    8, "rows", "An edit with events",
                    changed {
                        $0.damage("rows", "0 is due", UInt32(1))
                    }),
                try FileDamage(
                    8, "flags", "An edit that was rewritten",
                    changed {
                        $0.damage("flags", "0 is due", UInt8(1))
                    }),
                try FileDamage(
                    8, "producer", "An edit of a producer",
                    changed {
                        $0.damage("producer", "0 is due", UInt32(1))
                    }),
                try FileDamage(
                    8, "epoch", "An edit with an epoch",
                    changed {
                        $0.damage("epoch", "0 is due", UInt32(1))
                    }),
                try FileDamage(
                    8, "number", "An edit with a producer's number",
                    changed {
                        $0.damage("producer's number", "0 is due", UInt64(1))
                    }),
                try FileDamage(
                    8, "record-first", "An edit with a first event",
                    changed {
                        $0.damage("first event of the record", "0 is due", UInt64(1))
                    }),
                try FileDamage(
                    8, "ingest-time", "An edit with an ingest time",
                    changed {
                        $0.damage("ingest time", "0 is due", Int64(1))
                    }),
                try FileDamage(
                    8, "payload-padding", "Padding of an edit with content",
                    changed {
                        let padding: [UInt8] = [1, 0, 0, 0, 0, 0, 0]
                        $0.damage("padding after payload", "the first is set", bytes: padding)
                    }),
                try FileDamage(
                    9, "client-hash", "An edit with two hashes",
                    changed {
                        $0.damage("client hash", "that of the payload is due", UInt64(0))
                    }),
                try FileDamage(
                    9, "payload-hash", "An edit with another's hash",
                    changed {
                        $0.damage("payload hash", "another's", UInt64(0))
                    }),
            ]
        }
    }

    private static var edits: [FileDamage] {
        get throws {
            var padded = file(E.created)
            padded.meaning.groups[0].records[0].edit = nil
            padded.meaning.groups[0].records[0].batch = "payload"
            func edit(_ bytes: [UInt8]) -> ReferenceFile {
                var file = padded
                file.payload = { _ in bytes }
                return file
            }
            let zeros = [UInt8](repeating: 0, count: 16)
            return [
                try FileDamage(21, "edit-0", "An edit nobody has defined", edit([0] + zeros)),
                try FileDamage(21, "edit-255", "An edit nobody has defined", edit([255] + zeros)),
                try FileDamage(21, "edit-empty", "An edit without bytes", edit([])),
                try FileDamage(
                    21, "edit-short", "An edit that lost a byte", edit([3] + zeros.dropLast())),
                try FileDamage(
                    21, "chunk-level", "A chunk of a level that there is not",
                    file(E.created, E.chunk(1, rows: 1, from: 1, level: 2))),
                try FileDamage(
                    21, "tombstone-0", "A tombstone without number",
                    file(E.created, E.erased(0, upTo: 9))),
                try FileDamage(
                    21, "subject-without-value", "A subject that nothing means",
                    file(E.created, E.erased(1, upTo: 9, values: 0))),
                try FileDamage(
                    21, "edit-long", "An edit with a byte more", edit([3] + zeros + [0])),
            ]
        }
    }

    private static var impossible: [FileDamage] {
        get throws {
            func damage(_ name: String, _ about: String, _ file: ReferenceFile) throws -> FileDamage
            {
                try FileDamage(22, name, about, file)
            }
            var onePage = E.created
            onePage.segmentSize = 4_096
            var odd = E.created
            odd.segmentSize = 8_200
            let used = E.used(1, synced: 5)
            return [
                try damage("not-created", "A first edit that is no creation", file(E.opened(0))),
                try damage("created-twice", "A second creation", file(E.created, E.created)),
                try damage(
                    "segment-size-small", "Segments without room for a group", file(onePage)),
                try damage("segment-size-odd", "Segments that end within a page", file(odd)),
                try damage(
                    "segment-skipped", "Segment 2 without segment 1",
                    file(E.created, E.used(2, synced: 0))),
                try damage("segment-repeated", "Segment 1 twice", file(E.created, used, used)),
                try damage(
                    "promise-descends", "A segment that promises less than the one before",
                    file(E.created, used, E.used(2, synced: 4))),
                try damage(
                    "opened-descends", "An opening that found less than was promised",
                    file(E.created, used, E.opened(4))),
                try damage(
                    "closed-descends", "A close that knows less than was promised",
                    file(E.created, used, E.closed(4))),
                try damage(
                    "chunk-repeated", "A chunk that is there already",
                    file(E.created, E.chunk(1, rows: 1, from: 1), E.chunk(1, rows: 1, from: 2))),
                try damage(
                    "chunk-tombstone", "A chunk without events that nobody deleted",
                    file(E.created, E.chunk(1, rows: 1, from: 1, tombstone: 1))),
                try damage(
                    "tombstone-repeated", "A second tombstone of one number",
                    file(E.created, E.erased(2, upTo: 9), E.aged(2, upTo: 9, before: 0))),
                try damage(
                    "tombstone-done", "A tombstone done that was not given",
                    file(E.created, E.erased(2, upTo: 9), E.done(1))),
                try damage(
                    "restated-late", "What an earlier manifest came to, behind a segment",
                    file(
                        E.created, E.used(1, synced: 0),
                        E.restated(segment: 8, group: 80, chunk: 20, tombstone: 6))),
                try damage(
                    "restated-tombstone", "A tombstone above the last one of all",
                    file(
                        E.created, E.erased(5, upTo: 9),
                        E.restated(segment: 8, group: 80, chunk: 20, tombstone: 4))),
            ]
        }
    }

    private static var unfinished: [FileDamage] {
        get throws {
            [
                try FileDamage(
                    13, "no-group", "A manifest without its first group",
                    ReferenceFile(meaning: E.manifest("")))
            ]
        }
    }
}
