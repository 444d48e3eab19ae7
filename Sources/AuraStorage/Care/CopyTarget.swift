import AuraCore

/// A directory in which a copy of a store is made.
struct CopyTarget: Sendable {
    let place: StorePlace

    /// Makes the directory; what there is already must hold nothing.
    func prepare() throws(StorageError) {
        if try exists(FileName.lock) {
            // Whoever has a store there is named as such.
            do throws(FileSystemError) {
                _ = try DirectoryLock(of: place.directory, in: place.fileSystem)
            } catch {
                throw error.reason == .isLocked
                    ? .inUse(directory: place.directory) : .io(error)
            }
        }
        try files { () throws(FileSystemError) in
            try place.fileSystem.createDirectory(place.directory)
        }
        let folders = [FileName.log, FileName.chunks]
        var names = try place.names(in: ".").filter { !folders.contains($0) }
        for folder in folders { names += try place.names(in: folder).map { folder + "/" + $0 } }
        if let name = names.first { throw .notEmpty(directory: place.directory, name: name) }
        try files { () throws(FileSystemError) in
            for folder in folders { try place.fileSystem.createDirectory(place.path(folder)) }
            try place.syncParents()
        }
    }

    private func exists(_ name: String) throws(StorageError) -> Bool {
        try files { () throws(FileSystemError) in try place.fileSystem.exists(place.path(name)) }
    }

    /// Whether a file was copied by an earlier attempt; whether it is right is found out later.
    func has(_ name: String, of size: Int64) throws(StorageError) -> Bool {
        guard try exists(name) else { return false }
        return try files { () throws(FileSystemError) in
            try place.fileSystem.open(place.path(name), .read).size() == size
        }
    }

    /// Copies the first bytes of a file, durably.
    ///
    /// - Parameter filledTo: Bytes of the copy; zeros follow what was copied.
    func copy(
        _ name: String, from source: StorePlace, size: Int64, filledTo full: Int64? = nil
    ) throws(StorageError) {
        let original: any File
        do throws(FileSystemError) {
            original = try source.fileSystem.open(source.path(name), .read)
        } catch {
            guard error.reason == .notFound else { throw .io(error) }
            throw .missing(file: name, reason: "the manifest names it")
        }
        let isWhole = try files { () throws(FileSystemError) in
            let copy = try place.create(name)
            var offset: Int64 = 0
            while offset < size {
                let bytes = try original.read(at: offset, count: Int(min(1 << 20, size - offset)))
                if bytes.isEmpty { return false }
                try copy.write(bytes.rawSpan, at: offset)
                offset += Int64(bytes.count)
            }
            if let full, full > size { try copy.writeZeros(Int(full - size), at: size) }
            try copy.sync()
            return true
        }
        guard isWhole else {
            throw .missing(file: name, reason: "it ends before byte \(size)")
        }
    }

    /// Writes a new file, durably.
    func write(_ bytes: [UInt8], to name: String) throws(StorageError) {
        try files { () throws(FileSystemError) in
            let file = try place.create(name)
            try file.write(bytes.rawSpan, at: 0)
            try file.sync()
        }
    }

    /// Adds an edit to a manifest that was copied.
    func append(
        _ edit: ManifestEdit, to name: String, now: Int64
    ) throws(StorageError) {
        var report = RecoveryReport()
        var manifest = try Manifest.open(place, named: name, report: &report)
        try files { () throws(FileSystemError) in try manifest.write([edit], now: now) }
    }

    /// Makes the names of all files durable.
    func syncNames() throws(StorageError) {
        if Canary.skipCopySync.isActive { return }
        try files { () throws(FileSystemError) in
            for path in [place.logDirectory, place.path(FileName.chunks), place.directory] {
                try place.fileSystem.syncDirectory(path)
            }
        }
    }

    /// Makes a store of what is there.
    func finish(_ manifest: String) throws(StorageError) {
        try files { () throws(FileSystemError) in try CurrentFile.write(manifest, in: place) }
    }

    /// Makes a store with an empty log of chunks and a checkpoint that are there.
    func makeStore(
        incarnation: UInt64, segmentSize: Int64, edits: [ManifestEdit], now: Int64
    ) throws(StorageError) {
        try files { () throws(FileSystemError) in
            _ = try Segment.create(
                place, number: 1, incarnation: incarnation, size: segmentSize)
            _ = try Manifest.begin(
                place, incarnation: incarnation,
                [
                    .created(segmentSize: segmentSize, time: now),
                    .segmentUsed(number: 1, syncedGroup: 0),
                ] + edits, now: now)
        }
        try syncNames()
        let name = FileName.manifest(1)
        let result = try StoreDirectory(place, nil).verify(manifestNamed: name)
        if let finding = result.findings.first { throw .unsound(finding) }
        try finish(name)
    }

    private func files<Result>(
        _ body: () throws(FileSystemError) -> Result
    ) throws(StorageError) -> Result {
        do throws(FileSystemError) { return try body() } catch {
            throw StorageError(error, in: place.directory)
        }
    }
}
