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

    /// Removes a file that nothing refers to; it may as well stay.
    func discard(_ name: String) {
        do throws(FileSystemError) { try fileSystem.remove(path(name)) } catch {}
    }
}
