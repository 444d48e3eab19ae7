import AuraCore
import AuraFiles

/// What the files of a spool hold, read from the first to the last and checked.
///
/// Nothing is changed by it. `Formats/spool.md` states the conditions, and which of them a crash may
/// break at the end of the last file.
struct SpoolRecovery {
    /// A file that is there.
    struct Part {
        let header: SpoolFileHeader
        let size: Int
        /// How many of its bytes count.
        let end: Int
        /// The id of the last batch up to there.
        let lastID: UInt64
    }

    private(set) var parts: [Part] = []
    private(set) var mark: SpoolMark?
    /// What stands in the place of batches that were replaced, by their ids.
    private(set) var replaced: [UInt64: [SendWindow.Batch]] = [:]
    /// The records of the last file that nothing says to be durable.
    private(set) var tail: [SpoolRecord] = []
    /// The last batch of files that are gone.
    private var goneID: UInt64 = 0
    private var lastID: UInt64 = 0

    /// Reads the files of these numbers, which ascend.
    init(
        _ numbers: [UInt64], in directory: String, _ fileSystem: any FileSystem
    ) throws(SpoolError) {
        var last: Content?
        for number in numbers {
            let content = try Content(number, in: directory, fileSystem)
            if let last {
                guard number == last.header.number + 1 else {
                    throw .missing(
                        directory: directory, last.header.number + 1...number - 1)
                }
                try content.check(isSpoolOf: last)
                try take(last, end: content.header.previousEnd)
                try content.check(isBehind: lastID)
            } else {
                goneID = content.header.previousID
                lastID = goneID
            }
            last = content
        }
        guard let last else { return }
        try takeLast(last)
        try checkWhole(directory)
    }

    /// The id of the next batch.
    var nextID: UInt64 { max(lastID + 1, mark?.first.id ?? 1) }

    private struct Content {
        let path: String
        let header: SpoolFileHeader
        let bytes: [UInt8]

        init(
            _ number: UInt64, in directory: String, _ fileSystem: any FileSystem
        ) throws(SpoolError) {
            path = "\(directory)/\(SpoolFiles.name(number))"
            let content: [UInt8]
            do throws(FileSystemError) {
                let file = try fileSystem.open(path, .read)
                content = try file.read(at: 0, count: Int(try file.size()))
            } catch {
                throw .file(error)
            }
            bytes = content
            do throws(FormatError) {
                header = try SpoolFileHeader(content.rawSpan, number: number)
            } catch {
                throw .damaged(path: path, error)
            }
        }

        var parser: SpoolParser {
            let size = SpoolFileHeader.size
            return SpoolParser(header, Array(bytes[size...]), at: size)
        }

        func check(isBehind id: UInt64) throws(SpoolError) {
            guard header.previousID == id else {
                throw .damaged(
                    path: path,
                    FormatError(
                        .spool, 4, at: 176,
                        "batch \(id) is before it, it says "
                            + "\(header.previousID)"))
            }
        }

        func check(isSpoolOf other: Content) throws(SpoolError) {
            guard header.identity == other.header.identity,
                header.producer == other.header.producer
            else {
                throw .damaged(
                    path: path, FormatError(.spool, 3, at: 8, "it is of another spool"))
            }
            guard header.previousEnd >= SpoolFileHeader.size,
                header.previousEnd <= other.bytes.count
            else {
                throw .damaged(
                    path: path,
                    FormatError(
                        .spool, 4, at: 24,
                        "\(header.previousEnd) of \(other.bytes.count) bytes of the file before "
                            + "count"))
            }
        }
    }

    /// Reads a file that another one follows: all of it up to `end` is durable.
    private mutating func take(_ content: Content, end: UInt64) throws(SpoolError) {
        var parser = content.parser
        do throws(FormatError) {
            while parser.place < end { try apply(try parser.next().record, at: parser.place) }
            guard parser.place == end else {
                throw FormatError(
                    .spool, 4, at: parser.place, "the next file says that \(end) bytes count")
            }
        } catch {
            throw .damaged(path: content.path, error)
        }
        add(content, end: Int(end))
    }

    /// Reads the last file, whose end a crash may have torn.
    private mutating func takeLast(_ content: Content) throws(SpoolError) {
        var parser = content.parser
        var promise = Int(content.header.begun)
        var records: [(record: SpoolRecord, end: Int)] = []
        do throws(FormatError) {
            while parser.remaining > 0 {
                do throws(FormatError) {
                    let (record, synced) = try parser.next()
                    promise = max(promise, synced)
                    records.append((record, parser.place))
                } catch {
                    promise = max(promise, parser.promiseBehind())
                    // Later conditions are broken by no crash.
                    guard error.condition <= 6, parser.place >= promise else { throw error }
                    break
                }
            }
            for (record, end) in records where end <= promise { try apply(record, at: end) }
            add(content, end: promise)
            for (record, end) in records where end > promise {
                try apply(record, at: end)
                tail.append(record)
            }
        } catch {
            throw .damaged(path: content.path, error)
        }
    }

    private mutating func add(_ content: Content, end: Int) {
        parts.append(
            Part(header: content.header, size: content.bytes.count, end: end, lastID: lastID))
    }

    private mutating func apply(_ record: SpoolRecord, at end: Int) throws(FormatError) {
        switch record {
        case .batch(let batch, _):
            guard batch.id > lastID else {
                throw FormatError(.spool, 8, at: end, "batch \(batch.id) follows \(lastID)")
            }
            lastID = batch.id
        case .replacement(let position, let rowCount, let halves):
            // Of a file that is gone, and so is what it was about.
            guard position.id > goneID else { return }
            try replace(position, rowCount, halves, at: end)
        case .mark(let mark):
            guard mark.first.id >= (self.mark?.first.id ?? 1), mark.first.id <= lastID + 1 else {
                throw FormatError(.spool, 10, at: end, "a mark at batch \(mark.first.id)")
            }
            self.mark = mark
            replaced = replaced.filter { $0.key >= mark.first.id }
        case .promise: break
        }
    }

    private mutating func replace(
        _ position: SpoolPosition, _ rowCount: Int, _ halves: [SendWindow.Batch], at end: Int
    ) throws(FormatError) {
        guard position.id <= lastID else {
            throw FormatError(.spool, 9, at: end, "batch \(position.id) is not there")
        }
        guard var parts = replaced[position.id] else {
            guard position.row == 0 else {
                throw FormatError(.spool, 9, at: end, "batch \(position.id) has no parts")
            }
            replaced[position.id] = halves
            return
        }
        guard
            let place = parts.firstIndex(where: {
                $0.position == position && $0.rowCount == rowCount
            })
        else {
            throw FormatError(.spool, 9, at: end, "batch \(position.id) has no such part")
        }
        parts.replaceSubrange(place...place, with: halves)
        replaced[position.id] = parts
    }

    /// The files that are gone have nothing that is kept.
    private func checkWhole(_ directory: String) throws(SpoolError) {
        guard let first = parts.first?.header.number, first > 1 else { return }
        guard goneID < mark?.first.id ?? 1 else {
            throw .missing(directory: directory, 1...first - 1)
        }
    }
}
