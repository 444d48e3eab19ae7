import AuraStorage
import Synchronization

/// The catalogue of the last snapshot that was asked for: the next one mostly has only few events more.
public final class CatalogueCache: Sendable {
    private struct Known: Sendable {
        var chunks: [UInt64]
        /// Events up to that sequence number are seen.
        var watermark: UInt64
        var catalogue: Catalogue
    }

    private let known = Mutex<Known?>(nil)

    /// One that knows nothing.
    public init() {}

    /// The catalogue of a snapshot.
    func catalogue(of snapshot: Snapshot) throws(StorageError) -> Catalogue {
        let chunks = snapshot.visibleChunks
        if var last = known.withLock({ $0 }), last.chunks == chunks,
            last.watermark <= snapshot.watermark
        {
            if last.watermark == snapshot.watermark { return last.catalogue }
            for part in snapshot.strips(after: last.watermark) { try last.catalogue.add(part) }
            last.watermark = snapshot.watermark
            keep(last)
            return last.catalogue
        }
        let catalogue = try Catalogue(of: snapshot)
        keep(Known(chunks: chunks, watermark: snapshot.watermark, catalogue: catalogue))
        return catalogue
    }

    private func keep(_ fresh: Known) {
        known.withLock { $0 = fresh }
    }
}
