/// A file system and the data directory in it.
struct StorePlace: Sendable {
    let fileSystem: any FileSystem
    let directory: String

    func path(_ name: String) -> String { directory + "/" + name }
    var logDirectory: String { path(FileName.log) }

    /// The names in the directory of the log, which must exist.
    func logNames() throws(StorageError) -> [String] {
        do throws(FileSystemError) {
            return try fileSystem.list(logDirectory)
        } catch {
            guard error.reason == .notFound else { throw .io(error) }
            throw .missing(file: FileName.log, reason: "the manifest names segments of the log")
        }
    }

    /// Whether there is a segment or a chunk, whatever it holds.
    func holdsEvents() throws(StorageError) -> Bool {
        let segments = try names(in: FileName.log).compactMap(FileName.segmentNumber)
        let chunks = try names(in: FileName.chunks).compactMap(FileName.chunkNumber)
        return !segments.isEmpty || !chunks.isEmpty
    }

    /// The names in a folder below the data directory; none where it is missing.
    func names(in folder: String) throws(StorageError) -> [String] {
        do throws(FileSystemError) {
            guard try fileSystem.exists(path(folder)) else { return [] }
            return try fileSystem.list(path(folder))
        } catch { throw .io(error) }
    }

    /// Syncs every directory above the store, which this process or one before may have made, as
    /// far as this user may.
    func syncParents() throws(FileSystemError) {
        let root = directory.hasPrefix("/") ? "/" : "./"
        var parents = directory.split(separator: "/").dropLast()
        while true {
            do throws(FileSystemError) {
                try fileSystem.syncDirectory(root + parents.joined(separator: "/"))
            } catch {
                guard error.reason == .permissionDenied else { throw error }
            }
            if parents.popLast() == nil { return }
        }
    }

    /// Removes a file that nothing refers to; it may as well stay.
    func discard(_ name: String) {
        do throws(FileSystemError) { try fileSystem.remove(path(name)) } catch {}
    }

    /// A new file; one of a try before goes.
    func create(_ name: String) throws(FileSystemError) -> any File {
        if try fileSystem.exists(path(name)) { try fileSystem.remove(path(name)) }
        return try fileSystem.open(path(name), .create)
    }

    /// A file to be filled with that many bytes: one of no use any more, if it has no more of them,
    /// or else a new one.
    func create(
        _ name: String, over old: String?, size: Int64
    ) throws(FileSystemError) -> any File {
        guard let old, try fileSystem.exists(path(old)) else { return try create(name) }
        try fileSystem.rename(path(old), to: path(name))
        let file = try fileSystem.open(path(name), .update)
        return try file.size() <= size ? file : create(name)
    }
}
