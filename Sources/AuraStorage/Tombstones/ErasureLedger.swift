import AuraCore

/// The erasures that were ever ordered: `Formats/ledger.md`.
///
/// It is no part of the data and of no backup, so that a copy from before an erasure, once it stands
/// beside the ledger, forgets again what had to be forgotten before anybody can read it.
struct ErasureLedger: Sendable {
    private let place: StorePlace
    private let path: String

    private static let magic: UInt64 = 0x3152_4544_454C_5541  // "AULEDER1"

    /// An order and the store that it was given to.
    private struct Entry {
        let incarnation: UInt64
        let tombstone: Tombstone
    }

    /// The ledger at a path, by default in the data directory.
    init(_ place: StorePlace, at path: String?) {
        self.place = place
        self.path = path ?? place.path(FileName.ledger)
    }

    /// The erasures of a store, by number.
    func entries(of incarnation: UInt64) throws(StorageError) -> [Tombstone] {
        try read().filter { $0.incarnation == incarnation }.map(\.tombstone)
    }

    /// The erasures of a store that its manifest does not know, for it is that of a copy from before.
    ///
    /// They mean events up to that sequence number, in segments up to that one: later events of this
    /// store are others than those that were meant.
    func erasures(
        of incarnation: UInt64, unknownTo manifest: ManifestState, upTo sequence: UInt64,
        segment: UInt64
    ) throws(StorageError) -> [Tombstone] {
        try entries(of: incarnation).filter { $0.number > manifest.lastTombstone }.map {
            Tombstone(
                number: $0.number, sequence: min($0.sequence, sequence), segment: segment,
                time: $0.time, target: $0.target)
        }
    }

    /// Makes an order durable, before anything else says so.
    ///
    /// One of the same number was never answered, and gives way.
    func append(
        _ tombstone: Tombstone, of incarnation: UInt64
    ) throws(StorageError) {
        var entries = try read()
        entries.removeAll {
            $0.incarnation == incarnation && $0.tombstone.number >= tombstone.number
        }
        entries.append(Entry(incarnation: incarnation, tombstone: tombstone))
        var content: [UInt8] = []
        content.append(little: ErasureLedger.magic)
        for entry in entries {
            content.append(little: entry.incarnation)
            entry.tombstone.append(to: &content)
        }
        content.append(hash: Checksum.hash128(content.rawSpan))
        do throws(FileSystemError) { try replace(with: content) } catch {
            throw StorageError(error, in: place.directory)
        }
    }

    /// Replaces it as a whole: new file, sync, rename, sync of the directory.
    private func replace(with content: [UInt8]) throws(FileSystemError) {
        let temporary = path + ".new"
        let files = place.fileSystem
        if try files.exists(temporary) { try files.remove(temporary) }
        let file = try files.open(temporary, .create)
        try file.write(content.rawSpan, at: 0)
        if !Canary.skipLedgerSync.isActive { try file.sync() }
        try files.rename(temporary, to: path)
        try files.syncDirectory(parent)
    }

    private var parent: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func read() throws(StorageError) -> [Entry] {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            guard try place.fileSystem.exists(path) else { return [] }
            let file = try place.fileSystem.open(path, .read)
            bytes = try file.read(at: 0, count: Int(try file.size()))
        } catch { throw .io(error) }
        do throws(FormatError) { return try ErasureLedger.entries(bytes.rawSpan) } catch {
            throw .corrupt(file: path, error)
        }
    }

    private static func entries(_ bytes: RawSpan) throws(FormatError) -> [Entry] {
        guard bytes.byteCount >= 24 else {
            throw FormatError(.ledger, 1, at: 0, "\(bytes.byteCount) bytes")
        }
        let content = bytes.slice(0, bytes.byteCount - 16)
        let hash = Hash128(
            low: bytes.load(content.byteCount), high: bytes.load(content.byteCount + 8))
        guard Checksum.hash128(content) == hash else {
            throw FormatError(.ledger, 2, at: content.byteCount, "it does not hold its hash")
        }
        var reader = ByteReader(content, format: .ledger)
        guard try reader.read(UInt64.self) == magic else {
            throw FormatError(.ledger, 3, at: 0, "it is no ledger of erasures")
        }
        var entries: [Entry] = []
        do {
            while reader.remaining > 0 {
                let incarnation = try reader.read(UInt64.self)
                entries.append(
                    Entry(incarnation: incarnation, tombstone: try Tombstone(erased: &reader)))
            }
        } catch {
            throw FormatError(.ledger, 4, at: error.offset, error.reason)
        }
        return entries
    }
}
