import AuraCore

@testable import AuraStorage

/// Chunks taken apart and put together again, so that only what is wrong in them is.
struct ChunkSurgery {
    var footer: ChunkFooter
    /// The stored bytes of each block.
    var contents: [[UInt8]]

    init(_ vector: ChunkVector) throws {
        let end = vector.bytes.count - ChunkTrailer.size
        let trailer = try ChunkTrailer(
            vector.bytes.rawSpan.slice(end, ChunkTrailer.size),
            fileSize: Int64(vector.bytes.count))
        footer = try ChunkFooter(
            vector.bytes.rawSpan.slice(Int(trailer.footerOffset), trailer.footerSize))
        contents = footer.blocks.map {
            Array(vector.bytes[Int($0.offset)..<Int($0.offset) + $0.storedSize])
        }
    }

    /// The place of a block.
    func place(_ kind: ChunkFooter.Kind, _ column: String? = nil) -> Int {
        let place = footer.blocks.firstIndex { block in
            block.key.kind == kind
                && (column == nil || footer.columns[block.key.column].name.text == column)
        }
        guard let place else { preconditionFailure("no block of \(kind), \(column ?? "")") }
        return place
    }

    /// The content of a block.
    func content(_ place: Int) -> [UInt8] {
        let block = footer.blocks[place]
        let stored = contents[place]
        guard block.isCompressed else { return stored }
        return Compression.decompress(stored.rawSpan, size: block.contentSize) ?? []
    }

    /// Puts other fields, and other bytes, in the place of a block's.
    mutating func replace(
        _ place: Int, key: ChunkFooter.Key? = nil, isCompressed: Bool? = nil, count: Int? = nil,
        contentSize: Int? = nil, least: Int64? = nil, greatest: Int64? = nil,
        bytes: [UInt8]? = nil
    ) {
        let old = footer.blocks[place]
        contents[place] = bytes ?? contents[place]
        var blocks = footer.blocks
        blocks[place] = ChunkFooter.Block(
            key: key ?? old.key, encoding: old.encoding,
            isCompressed: isCompressed ?? old.isCompressed, count: count ?? old.count,
            contentSize: contentSize
                ?? (isCompressed ?? old.isCompressed
                    ? old.contentSize : contents[place].count),
            storedSize: contents[place].count, offset: old.offset, least: least ?? old.least,
            greatest: greatest ?? old.greatest, hash: old.hash)
        set(blocks)
    }

    mutating func remove(_ place: Int) {
        var blocks = footer.blocks
        blocks.remove(at: place)
        contents.remove(at: place)
        set(blocks)
    }

    private mutating func set(_ blocks: [ChunkFooter.Block], number: UInt64? = nil) {
        footer = ChunkFooter(
            incarnation: footer.incarnation, number: number ?? footer.number,
            rowCount: footer.rowCount, groupRows: footer.groupRows, timeRange: footer.timeRange,
            sequenceRange: footer.sequenceRange, user: footer.user, types: footer.types,
            columns: footer.columns, sections: footer.sections, blocks: blocks)
    }

    mutating func renumber(_ number: UInt64) { set(footer.blocks, number: number) }

    /// The file, with hashes that hold, and the manifest's word for it.
    mutating func close(_ vector: inout ChunkVector) {
        var bytes = ChunkHeader(
            incarnation: ChunkVector.incarnation, number: ChunkVector.number
        ).encoded()
        var blocks: [ChunkFooter.Block] = []
        for (place, (block, content)) in zip(footer.blocks, contents).enumerated() {
            let seed = ChunkHeader.seed(
                incarnation: ChunkVector.incarnation, number: ChunkVector.number,
                block: UInt64(place))
            blocks.append(
                ChunkFooter.Block(
                    key: block.key, encoding: block.encoding, isCompressed: block.isCompressed,
                    count: block.count, contentSize: block.contentSize,
                    storedSize: content.count, offset: Int64(bytes.count), least: block.least,
                    greatest: block.greatest, hash: Checksum.hash64(content.rawSpan, seed: seed)))
            bytes += content
            bytes.pad(to: 8)
        }
        set(blocks)
        let encoded = footer.encoded()
        let hash = Checksum.hash128(encoded.rawSpan)
        let trailer = ChunkTrailer(
            footerOffset: Int64(bytes.count), footerSize: encoded.count, footerHash: hash)
        bytes += encoded
        bytes.pad(to: 8)
        bytes += trailer.encoded()
        vector.bytes = bytes
        vector.entry = ChunkEntry(
            number: vector.entry.number, rowCount: vector.entry.rowCount,
            fileSize: Int64(bytes.count), timeRange: vector.entry.timeRange,
            sequenceRange: vector.entry.sequenceRange, footerHash: hash)
    }
}

extension ChunkVector {
    /// One broken condition each, of a chunk of `good`.
    static func bad() throws -> [ChunkVector] {
        let good = Dictionary(uniqueKeysWithValues: try good().map { ($0.name, $0) })
        return try badFiles(good) + badContents(good)
    }

    /// A vector under another name, with what an operation made of it.
    private static func operated(
        _ name: String, _ condition: Int, _ about: String, on vector: ChunkVector?,
        _ change: (inout ChunkSurgery) -> Void
    ) throws -> ChunkVector {
        guard let vector else { preconditionFailure("vectors are named so") }
        var surgery = try ChunkSurgery(vector)
        change(&surgery)
        return vector.damaged(name, condition, about) { surgery.close(&$0) }
    }

    /// Files and blocks that are not what header, footer and hashes say.
    private static func badFiles(_ good: [String: ChunkVector]) throws -> [ChunkVector] {
        guard let one = good["constant"] else { preconditionFailure("vectors are named so") }
        let size = one.bytes.count
        let footer = size - ChunkTrailer.size - 8
        return [
            one.damaged("truncated", 1, "The last page is missing") { $0.bytes.removeLast(8) },
            one.damaged("magic", 2, "Another end") { $0.bytes[size - 1] ^= 1 },
            one.damaged("header", 3, "A reserved byte is set") { $0.bytes[30] = 1 },
            one.damaged("footer-leaves", 3, "A footer beyond its end") {
                $0.bytes.store(little: Int64(size), at: size - 40)
            },
            one.damaged("footer-hash", 4, "A footer that rotted") { $0.bytes[footer] ^= 1 },
            try operated("number", 5, "The footer of another chunk", on: one) { $0.renumber(4) },
            try operated("block-missing", 6, "No times", on: one) { $0.remove($0.place(.times)) },
            try operated("block-twice", 6, "Two blocks of one kind and place", on: one) {
                let key = $0.footer.blocks[$0.place(.times)].key
                $0.replace($0.place(.sequences), key: key)
            },
            try operated(
                "entries", 6, "A dictionary whose first block is missing", on: good["filtered"]
            ) {
                $0.remove($0.place(.dictionary, "session"))
            },
            one.damaged("block-hash", 7, "A block that rotted") { $0.bytes[64] ^= 1 },
            try operated("compressed", 8, "Bytes that no compression has made", on: one) {
                let place = $0.place(.values, "number")
                let content = $0.contents[place]
                $0.replace(
                    place, isCompressed: true, contentSize: 900,
                    bytes: [UInt8](repeating: 0xFF, count: content.count))
            },
        ]
    }

    /// Blocks that hold what their hashes say, and mean nothing.
    private static func badContents(_ good: [String: ChunkVector]) throws -> [ChunkVector] {
        [
            try operated("least", 9, "A least value that is none", on: good["constant"]) {
                $0.replace($0.place(.times), least: 6)
            },
            try operated("hours", 9, "Hours that are not those of the footer", on: good["rollups"])
            {
                $0.replace($0.place(.users), least: -1)
            },
            try operated("minutes", 9, "Minutes with other events", on: good["rollups"]) {
                let place = $0.place(.minuteEnds)
                let minutes = $0.place(.minutes)
                let block = $0.footer.blocks[minutes]
                $0.replace(
                    place, isCompressed: block.isCompressed, contentSize: block.contentSize,
                    bytes: $0.contents[minutes])
            },
            try operated("minutes-alone", 6, "Minutes without a count", on: good["rollups"]) {
                $0.remove($0.place(.minuteEnds))
            },
            try operated("code", 10, "A code beyond the dictionary", on: good["constant"]) {
                let place = $0.place(.values, "text")
                $0.replace(place, greatest: 9, bytes: AnnotatedCode.nine)
            },
            try operated(
                "codes", 10, "Codes of a group that are not those of its rows", on: good["ids"]
            ) {
                let other = $0.footer.blocks.lastIndex { $0.key.kind == .codes } ?? 0
                let place = $0.place(.codes)
                $0.replace(
                    place, isCompressed: $0.footer.blocks[other].isCompressed,
                    count: $0.footer.blocks[other].count,
                    contentSize: $0.footer.blocks[other].contentSize, bytes: $0.contents[other])
            },
            try operated("filter", 10, "A filter that passes nothing", on: good["filtered"]) {
                let place = $0.place(.filter)
                let content = [UInt8](repeating: 0, count: $0.content(place).count)
                $0.replace(place, isCompressed: false, bytes: content)
            },
            try operated("texts", 10, "Texts that do not ascend", on: good["texts"]) {
                let place = $0.place(.dictionary, "status")
                // The first is empty, and now the last is before the one before it.
                $0.replace(
                    place, bytes: $0.contents[place].replacing([0x6F, 0x6B], with: [0, 0x6B]))
            },
            try operated("content", 11, "A constant of seven bytes", on: good["constant"]) {
                let place = $0.place(.values, "x")
                $0.replace(place, bytes: Array($0.contents[place].dropLast()))
            },
            try operated("dictionary", 11, "Texts that end before they begin", on: good["texts"]) {
                let place = $0.place(.dictionary, "status")
                $0.replace(place, bytes: Array($0.contents[place].dropLast(12)))
            },
            try operated("users", 11, "Users of which one is cut off", on: good["rollups"]) {
                let place = $0.place(.users)
                $0.replace(place, isCompressed: false, bytes: Array($0.content(place).dropLast(1)))
            },
            try operated("packed", 12, "Packed integers without their slack", on: good["integers"])
            {
                let place = $0.place(.values, "wave")
                $0.replace(place, bytes: Array($0.contents[place].dropLast(8)))
            },
        ]
    }
}

/// A code of a dictionary that has fewer.
private enum AnnotatedCode {
    static let nine: [UInt8] = [9, 0, 0, 0, 0, 0, 0, 0]
}
