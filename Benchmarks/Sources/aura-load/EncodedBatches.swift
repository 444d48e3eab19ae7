import AuraCore
import AuraImport
import Foundation

/// The batches of a file of events, encoded once and laid one behind another, never moved again.
struct EncodedBatches: @unchecked Sendable {
    /// One batch.
    struct Item {
        let bytes: UnsafeRawBufferPointer
        let hash: UInt64
    }

    // The memory is written before any thread starts, and lives as long as the process.
    let items: [Item]

    /// Encodes whole batches of `batchRows` of the first events; what is left over is left out.
    init(ndjson path: String, events: Int, batchRows: Int) throws {
        var options = ImportOptions()
        options.format = .ndjson
        options.batchRows = batchRows
        var importer = Importer(try FileSource(path: path), options: options)
        var items: [Item] = []
        while items.count < events / batchRows {
            var rejected: RejectedRow?
            let batch = try importer.next { rejected = $0 }
            if let rejected {
                throw LoadFailure("\(path), line \(rejected.line): \(rejected.reason)")
            }
            guard let batch, batch.eventCount == batchRows else {
                throw LoadFailure("\(path) has no \(events) events that fit whole batches")
            }
            items.append(unsafe EncodedBatches.keep(batch.bytes))
        }
        unsafe self.items = items
    }

    private static func keep(_ bytes: [UInt8]) -> Item {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        unsafe memory.copyBytes(from: bytes)
        return unsafe Item(
            bytes: UnsafeRawBufferPointer(memory), hash: Checksum.hash64(bytes.rawSpan))
    }

    /// Writes each batch after its size, 32 bits, little-endian.
    func write(to path: String) throws {
        var file = Data()
        for item in unsafe items {
            let size = unsafe UInt32(item.bytes.count)
            unsafe withUnsafeBytes(of: size.littleEndian) { unsafe file.append(contentsOf: $0) }
            unsafe file.append(contentsOf: item.bytes)
        }
        try file.write(to: URL(fileURLWithPath: path))
    }
}
