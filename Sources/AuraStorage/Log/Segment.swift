import AuraCore

/// One file of the log.
enum Segment {
    /// Makes a segment under its own name, for the writer that has no spare.
    static func create(
        _ place: StorePlace, number: UInt64, incarnation: UInt64, size: Int64
    ) throws(FileSystemError) -> any File {
        let file = try fill(
            place, FileName.segment(number), number: number, incarnation: incarnation, size: size)
        try syncNames(place)
        return file
    }

    /// Makes a spare, over a segment of no use any more where there is one.
    ///
    /// It gets its name when everything in it is durable, so that whoever finds the name need not
    /// doubt the content.
    ///
    /// Runs beside the writer, which never touches a name that this creates before it was told.
    /// Where the disk has no room for two, none is made: the last room is left to the writer and to
    /// others.
    static func prepare(
        _ place: StorePlace, number: UInt64, incarnation: UInt64, size: Int64, recycled: UInt64?
    ) throws(FileSystemError) -> any File {
        if recycled == nil, try place.fileSystem.freeBytes(place.logDirectory) < 2 * size {
            throw FileSystemError(.freeBytes, place.logDirectory, .noSpace)
        }
        let (unfinished, spare) = (FileName.unfinished(number), FileName.spare(number))
        let file = try fill(
            place, Canary.nameSpareTooEarly.isActive ? spare : unfinished,
            over: recycled.map(FileName.segment), number: number, incarnation: incarnation,
            size: size)
        if Canary.nameSpareTooEarly.isActive { return file }
        try place.fileSystem.rename(
            place.logDirectory + "/" + unfinished, to: place.logDirectory + "/" + spare)
        try syncNames(place)
        return file
    }

    /// Gives a spare the name of a segment, durably.
    static func promote(_ place: StorePlace, number: UInt64) throws(FileSystemError) {
        try place.fileSystem.rename(
            place.logDirectory + "/" + FileName.spare(number),
            to: place.logDirectory + "/" + FileName.segment(number))
        try syncNames(place)
    }

    private static func syncNames(_ place: StorePlace) throws(FileSystemError) {
        if Canary.skipSegmentDirectorySync.isActive { return }
        try place.fileSystem.syncDirectory(place.logDirectory)
    }

    /// Writes a whole segment: zeros, so that a group's sync writes no metadata, then the header,
    /// which says that the zeros are durable.
    ///
    /// What has the name already is replaced.
    ///
    /// Costs the size in writes. Each small piece is synced by itself, so that a group's sync never
    /// waits for more than a piece.
    private static func fill(
        _ place: StorePlace, _ name: String, over old: String? = nil, number: UInt64,
        incarnation: UInt64, size: Int64
    ) throws(FileSystemError) -> any File {
        let folder = FileName.log + "/"
        let file = try place.create(folder + name, over: old.map { folder + $0 }, size: size)
        do throws(FileSystemError) {
            var offset: Int64 = 0
            while offset < size {
                let count = Int(min(128 << 10, size - offset))
                try file.writeZeros(count, at: offset)
                try file.sync()
                offset += Int64(count)
            }
            let header = SegmentHeader(
                .log, incarnation: incarnation, number: number, fileSize: size)
            try file.write(header.encoded().rawSpan, at: 0)
            if !Canary.skipSegmentHeaderSync.isActive { try file.sync() }
            return file
        } catch {
            // A half-made spare would hold the very space that is missing.
            place.discard(folder + name)
            throw error
        }
    }
}
