import AuraCore

extension Storage {
    /// Orders a spare segment to be made now, beside the writer; nil while enough are ready.
    public mutating func orderSpare() -> SpareSegment? {
        guard let number = log.wantedSpare(of: options.spareSegments) else { return nil }
        return SpareSegment(
            place: place, number: number, incarnation: manifest.incarnation,
            size: manifest.state.segmentSize, recycled: recycled.takeSegment())
    }

    /// Takes a spare that was made.
    public mutating func add(_ spare: PreparedSegment) {
        log.addSpare(spare.file, number: spare.number)
    }
}

/// A segment to be made ready; `prepare` touches nothing of the storage and may run anywhere.
public struct SpareSegment: Sendable {
    let place: StorePlace
    let number: UInt64
    let incarnation: UInt64
    let size: Int64
    /// The segment of no use any more that it is written over.
    let recycled: UInt64?

    /// Writes the segment; on an error nothing is left of it.
    ///
    /// One at a time for each store.
    public func prepare() throws(FileSystemError) -> PreparedSegment {
        PreparedSegment(
            number: number,
            file: try Segment.prepare(
                place, number: number, incarnation: incarnation, size: size,
                recycled: recycled))
    }
}

/// A segment that is ready for use.
public struct PreparedSegment: Sendable {
    let number: UInt64
    let file: any File
}
