import AuraCore
import AuraFiles

/// The files of a spool: records go in at the end of the last, and the first is removed when all of
/// its batches are stable.
///
/// After a write or a sync that failed nothing more is written to that file: the next one says how
/// much of it counts, and has the rest once more.
struct SpoolFiles: Sendable {
    private struct Old: Sendable {
        let number: UInt64
        let end: Int
        let size: Int
        let lastID: UInt64
    }

    private let fileSystem: any FileSystem
    private let directory: String
    private let lock: DirectoryLock
    /// The header of the file that is written.
    private var header: SpoolFileHeader
    private var file: (any File)?
    private var end = 0
    private var synced = 0
    private var syncedID: UInt64
    private var old: [Old] = []
    /// What was written since the last sync, or could not be.
    private var unsynced: [SpoolRecord] = []
    private var isBroken = false
    /// Whether what is durable is said to be, so that damage to it is told from a torn tail.
    private(set) var isPromised = true
    /// The last mark that is durable.
    private(set) var mark: SpoolMark?
    /// The id of the next batch.
    private(set) var nextID: UInt64
    private(set) var reader: SpoolReader

    /// Bytes after which the next file begins.
    static let fileBytes = 4 << 20

    static func name(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".spool"
    }

    private static func number(_ name: String) -> UInt64? {
        guard name.hasSuffix(".spool"), let number = UInt64(name.dropLast(6), radix: 16),
            SpoolFiles.name(number) == name, number > 0
        else { return nil }
        return number
    }

    /// Opens the spool, or begins one, and goes on in a new file.
    ///
    /// - Parameters:
    ///   - producer: The name that it must have; nil: any.
    ///   - drawn: The name and the identity of a new one.
    init(
        in directory: String, _ fileSystem: any FileSystem, producer: String?,
        drawn: (producer: String, identity: UInt64)
    ) throws(SpoolError) {
        self.directory = directory
        self.fileSystem = fileSystem
        let names: [String]
        do throws(FileSystemError) {
            try fileSystem.createDirectory(directory)
            lock = try DirectoryLock(of: directory, in: fileSystem)
            names = try fileSystem.list(directory)
            for name in names where name.hasSuffix(".new") {
                try fileSystem.remove("\(directory)/\(name)")
            }
        } catch {
            throw .file(error)
        }
        let numbers = names.compactMap(SpoolFiles.number).sorted()
        let recovery = try SpoolRecovery(numbers, in: directory, fileSystem)
        if let found = recovery.parts.last?.header, let producer, found.producer != producer {
            throw .foreign(directory: directory, producer: found.producer)
        }
        let last = recovery.parts.last
        header =
            last?.header
            ?? SpoolFileHeader(
                identity: drawn.identity, number: 0, previousEnd: 0, begun: 0, previousID: 0,
                producer: producer ?? drawn.producer)
        old = recovery.parts.dropLast().map {
            Old(number: $0.header.number, end: $0.end, size: $0.size, lastID: $0.lastID)
        }
        end = last?.size ?? 0
        synced = last?.end ?? 0
        syncedID = last?.lastID ?? 0
        unsynced = recovery.tail
        mark = recovery.mark
        nextID = recovery.nextID
        reader = SpoolReader(
            first: recovery.mark?.first ?? SpoolPosition(id: 1, row: 0),
            replaced: recovery.replaced, number: numbers.first ?? 1)
        do throws(FileSystemError) {
            if numbers.isEmpty { try fileSystem.syncNames(above: directory) }
            try beginFile()
        } catch {
            throw .file(error)
        }
    }

    /// The name of the producer whose batches these are.
    var producer: String { header.producer }

    /// Bytes of all files.
    var size: Int { old.reduce(end) { $0 + $1.size } }

    /// Whether something was written and is not durable.
    var isDirty: Bool { !unsynced.isEmpty }

    /// Writes records behind all others; they are durable after `sync`.
    ///
    /// If it throws, none of them counts; but should the process end before anything else is
    /// written, the next one may find them.
    mutating func append(_ records: [SpoolRecord]) throws(FileSystemError) {
        if end >= SpoolFiles.fileBytes, !isBroken {
            try sync()
            isBroken = true
        }
        let before = unsynced.count
        unsynced += records
        do throws(FileSystemError) {
            guard !isBroken, let file else {
                try beginFile()
                return
            }
            let place = end
            let bytes = SpoolFiles.encoded(records, in: header, at: place, synced: synced)
            try file.write(bytes.rawSpan, at: Int64(place))
            end += bytes.count
            note(records)
        } catch {
            unsynced.removeLast(unsynced.count - before)
            isBroken = true
            throw error
        }
    }

    /// Makes durable what was written.
    mutating func sync() throws(FileSystemError) {
        guard !isBroken, let file else {
            try beginFile()
            return
        }
        guard isDirty else { return }
        do throws(FileSystemError) {
            try file.sync()
        } catch {
            isBroken = true
            try beginFile()
            return
        }
        becomeDurable()
    }

    /// Removes the files all of whose batches are stable, and read.
    mutating func removeStable() throws(FileSystemError) {
        guard let mark else { return }
        while let first = old.first, first.lastID < mark.first.id, first.number < reader.number {
            try fileSystem.remove("\(directory)/\(SpoolFiles.name(first.number))")
            try fileSystem.syncDirectory(directory)
            old.removeFirst()
        }
    }

    /// The next batches that are durable, in order, at least one if there is one.
    mutating func nextBatches() throws(SpoolError) -> [SpoolReader.Kept] {
        while true {
            let number = reader.number
            let end =
                old.first { $0.number == number }?.end ?? (number == header.number ? synced : 0)
            let batches = try reader.next(in: directory, fileSystem, end: end, of: header)
            if !batches.isEmpty { return batches }
            guard number < header.number else { return [] }
            reader.advance()
        }
    }

    private static func encoded(
        _ records: [SpoolRecord], in header: SpoolFileHeader, at place: Int, synced: Int
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records {
            bytes += record.encoded(in: header, at: place + bytes.count, synced: synced)
        }
        return bytes
    }

    private mutating func note(_ records: [SpoolRecord]) {
        for record in records {
            if case .batch(let batch, _) = record { nextID = batch.id + 1 }
            if case .promise = record { isPromised = true } else { isPromised = false }
        }
    }

    /// What was written is durable; what comes next must not be written to the same sectors, which a
    /// crash may then take along.
    private mutating func becomeDurable() {
        synced = end
        end = (end + SpoolRecord.alignment - 1) & ~(SpoolRecord.alignment - 1)
        syncedID = nextID - 1
        for record in unsynced {
            if case .mark(let mark) = record { self.mark = mark }
        }
        unsynced = []
    }

    /// Begins the next file: it says how much of the last one counts, and has the rest.
    ///
    /// It gets its name when all of that is durable.
    private mutating func beginFile() throws(FileSystemError) {
        isBroken = true
        let records = (mark.map { [.mark($0)] } ?? []) + unsynced
        var next = SpoolFileHeader(
            identity: header.identity, number: header.number + 1, previousEnd: UInt64(synced),
            begun: 0, previousID: syncedID, producer: header.producer)
        let size = SpoolFileHeader.size
        let content = SpoolFiles.encoded(records, in: next, at: size, synced: size)
        next.begun = UInt64(size + content.count)
        file = try write(next.encoded + content, number: next.number)
        if header.number > 0 {
            old.append(Old(number: header.number, end: synced, size: end, lastID: syncedID))
        }
        header = next
        end = size + content.count
        note(records)
        becomeDurable()
        isBroken = false
        isPromised = true
    }

    /// Writes a file, which gets its name when it is durable.
    private func write(_ bytes: [UInt8], number: UInt64) throws(FileSystemError) -> any File {
        let path = "\(directory)/\(SpoolFiles.name(number))"
        let temporary = path + ".new"
        if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
        do throws(FileSystemError) {
            let file = try fileSystem.open(temporary, .create)
            try file.write(bytes.rawSpan, at: 0)
            try file.sync()
            try fileSystem.rename(temporary, to: path)
            try fileSystem.syncDirectory(directory)
            return file
        } catch {
            // To give a full disk its room back; the next attempt removes it as well.
            try? fileSystem.remove(temporary)
            throw error
        }
    }
}
