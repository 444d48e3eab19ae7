import AuraCore

/// `CURRENT`: one line that names the manifest, with the XXH3-64 of that name.
enum CurrentFile {
    /// The name it holds; nil where there is no such file.
    static func read(_ place: StorePlace) throws(StorageError) -> String? {
        let bytes: [UInt8]
        do {
            let path = place.path(FileName.current)
            guard try place.fileSystem.exists(path) else { return nil }
            bytes = try place.fileSystem.open(path, .read).read(at: 0, count: 256)
        } catch { throw .io(error) }
        let text = bytes.rawSpan.text
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, content(String(words[0])) == text else {
            throw .corrupt(
                file: FileName.current,
                FormatError(.manifest, 20, at: 0, "it is not a name with its checksum"))
        }
        return String(words[0])
    }

    /// Replaces it: new file, sync, rename, sync of the directory.
    static func write(_ name: String, in place: StorePlace) throws(FileSystemError) {
        let temporary = place.path(FileName.currentTemporary)
        if try place.fileSystem.exists(temporary) { try place.fileSystem.remove(temporary) }
        let file = try place.fileSystem.open(temporary, .create)
        let text = Array(content(name).utf8)
        try file.write(text.rawSpan, at: 0)
        if !Canary.skipCurrentSync.isActive { try file.sync() }
        try place.fileSystem.rename(temporary, to: place.path(FileName.current))
        try place.fileSystem.syncDirectory(place.directory)
    }

    private static func content(_ name: String) -> String {
        let bytes = Array(name.utf8)
        return name + " " + FileName.hexadecimal(Checksum.hash64(bytes.rawSpan)) + "\n"
    }
}
