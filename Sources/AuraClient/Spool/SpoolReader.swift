import AuraCore
import AuraFiles

/// Reads the batches of a spool in order, each once: to be sent is what the files say.
struct SpoolReader: Sendable {
    /// A batch, and when it was written, in µs.
    struct Kept: Sendable {
        let batch: SendWindow.Batch
        let time: Int64
    }

    /// The file that is read.
    private(set) var number: UInt64
    private var place = SpoolFileHeader.size
    private var file: (any File)?
    /// What lies before it is stable.
    private let first: SpoolPosition
    /// What stood in the place of batches when the spool was opened.
    private var replaced: [UInt64: [SendWindow.Batch]]

    /// Bytes that are read at once, a larger record apart.
    private static let step = 1 << 20

    init(first: SpoolPosition, replaced: [UInt64: [SendWindow.Batch]], number: UInt64) {
        self.first = first
        self.replaced = replaced
        self.number = number
    }

    /// Goes on with the next file.
    mutating func advance() {
        number += 1
        place = SpoolFileHeader.size
        file = nil
    }

    /// Some batches of the file, whose records up to `end` are durable; none: there are no more.
    mutating func next(
        in directory: String, _ fileSystem: any FileSystem, end: Int, of header: SpoolFileHeader
    ) throws(SpoolError) -> [Kept] {
        let path = "\(directory)/\(SpoolFiles.name(number))"
        var header = header
        header.number = number
        var batches: [Kept] = []
        while batches.isEmpty, place < end {
            var parser = try parser(path, fileSystem, end: end, header)
            do throws(FormatError) {
                repeat { batches += kept(try parser.next().record) } while parser.isNextWhole
            } catch {
                throw .damaged(path: path, error)
            }
            place = parser.place
        }
        return batches
    }

    /// A parser that has at least the next record.
    private mutating func parser(
        _ path: String, _ fileSystem: any FileSystem, end: Int, _ header: SpoolFileHeader
    ) throws(SpoolError) -> SpoolParser {
        do throws(FileSystemError) {
            if self.file == nil { self.file = try fileSystem.open(path, .read) }
            guard let file = self.file else { preconditionFailure("a file that was just opened") }
            let count = min(SpoolReader.step, end - place)
            let bytes = try file.read(at: Int64(place), count: count)
            let parser = SpoolParser(header, bytes, at: place)
            guard !parser.isNextWhole, let size = parser.nextSize else { return parser }
            let whole = try file.read(at: Int64(place), count: min(size, end - place))
            return SpoolParser(header, whole, at: place)
        } catch {
            throw .file(error)
        }
    }

    private mutating func kept(_ record: SpoolRecord) -> [Kept] {
        guard case .batch(let batch, let time) = record else { return [] }
        let parts = replaced.removeValue(forKey: batch.id) ?? [batch]
        return parts.filter { $0.position >= first }.map { Kept(batch: $0, time: time) }
    }
}
