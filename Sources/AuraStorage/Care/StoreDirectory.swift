/// A data directory at rest: what asks a store, looks at it, copies it or saves what is left of it.
///
/// Nothing in it is changed, so a directory that nobody may write to will do.
public final class StoreDirectory: Sendable {
    let place: StorePlace
    /// Held as long as the value lives; nil for a store that may be in use.
    private let lock: DirectoryLock?
    /// Whether a server may be writing to it.
    let isLive: Bool

    /// A directory that nobody may write to meanwhile; others may read it.
    ///
    /// A copy that was never opened for writing has no file to lock. Should a server start on it after
    /// all, what it takes away is missing from then on, and is said to be.
    /// - Throws: `.inUse` while a server has it, `.noStore` where there is none.
    public convenience init(
        _ directory: String, in fileSystem: any FileSystem
    ) throws(StorageError) {
        let place = StorePlace(fileSystem: fileSystem, directory: directory)
        try StoreDirectory.check(place)
        do throws(FileSystemError) {
            self.init(place, try DirectoryLock(of: directory, in: fileSystem, .shared))
        } catch {
            switch error.reason {
            case .isLocked: throw .inUse(directory: directory)
            case .notFound: self.init(place, nil)
            default: throw .io(error)
            }
        }
    }

    /// A directory that a server may be writing to: what is read of it is checked for that.
    convenience init(
        live directory: String, in fileSystem: any FileSystem
    ) throws(StorageError) {
        let place = StorePlace(fileSystem: fileSystem, directory: directory)
        try StoreDirectory.check(place)
        self.init(place, nil, isLive: true)
    }

    init(_ place: StorePlace, _ lock: DirectoryLock?, isLive: Bool = false) {
        self.place = place
        self.lock = lock
        self.isLive = isLive
    }

    /// Refuses what was never a store.
    private static func check(_ place: StorePlace) throws(StorageError) {
        let hasManifest: Bool
        let exists: Bool
        do throws(FileSystemError) {
            hasManifest = try place.fileSystem.exists(place.path(FileName.current))
            exists = try place.fileSystem.exists(place.directory)
        } catch { throw .io(error) }
        if hasManifest { return }
        guard try place.holdsEvents() else {
            throw .noStore(directory: place.directory, exists: exists)
        }
    }

    /// The manifest, read to its end.
    func manifest() throws(StorageError) -> ManifestScan {
        guard let name = try CurrentFile.read(place) else {
            throw .missing(
                file: FileName.current,
                reason: "the directory holds a log or chunks, but not the name of its manifest")
        }
        return try ManifestScan(place, named: name, mode: .read)
    }

    /// The log behind the chunks, read to its end.
    func log(
        _ manifest: ManifestScan,
        visit: @escaping (GroupReader.Place) throws(StorageError) -> Void
    ) throws(StorageError) -> LogRecovery.Scan {
        try LogRecovery(
            place: place, manifest: manifest.state,
            incarnation: manifest.groups.header.incarnation, mode: .read
        ).scan(visit: visit)
    }

    /// The chunks of the manifest, by number.
    func chunks(_ manifest: ManifestScan) -> [Chunk] {
        // What is read once need not be kept.
        let cache = BlockCache(capacity: 0)
        return manifest.state.chunks.values.sorted { $0.number < $1.number }.map {
            Chunk($0, in: place, incarnation: manifest.groups.header.incarnation, cache: cache)
        }
    }

    /// Every file below the directory, with its size, ascending by name.
    func files() throws(StorageError) -> [(name: String, size: Int64)] {
        var names: [String] = []
        let folders = [FileName.log, FileName.chunks, FileName.quarantine]
        do throws(FileSystemError) {
            for name in try place.fileSystem.list(place.directory) where !folders.contains(name) {
                names.append(name)
            }
        } catch { throw .io(error) }
        for folder in folders {
            names += try place.names(in: folder).map { folder + "/" + $0 }
        }
        var files: [(name: String, size: Int64)] = []
        for name in names {
            do throws(FileSystemError) {
                files.append((name, try place.fileSystem.open(place.path(name), .read).size()))
            } catch {
                // What is no file is none of the store's.
                files.append((name, 0))
            }
        }
        return files.sorted { $0.name < $1.name }
    }
}
