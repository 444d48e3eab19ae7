import AuraCore
import AuraFiles
import AuraTesting
import NIOCore

@testable import AuraClient

/// A spool on a disk in memory, and clients that use it one after another.
struct SpoolWorld {
    static let directory = "/spool"

    var disk = SimulatedFileSystem()

    /// A client that has its events in the spool when `record` returns.
    func client(
        of world: ClientWorld, _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) -> AuraClient {
        AuraClient(
            world.configuration(producer: "spooled") {
                $0.spool = ClientSpool(directory: SpoolWorld.directory)
                $0.spool?.sync = .eachRecord
                change(&$0)
            }, fileSystem: disk)
    }

    /// What the next client would find, without a change to this disk.
    func batches() throws -> [SendWindow.Batch] {
        try SpoolWorld.batches(on: disk.crash(image: .processKilled))
    }

    static func batches(on disk: SimulatedFileSystem) throws -> [SendWindow.Batch] {
        var files = try open(disk)
        var batches: [SendWindow.Batch] = []
        while true {
            let next = try files.nextBatches()
            if next.isEmpty { return batches }
            batches += next.map(\.batch)
        }
    }

    static func open(_ disk: SimulatedFileSystem) throws -> SpoolFiles {
        try SpoolFiles(
            in: directory, disk, producer: nil, drawn: (producer: "spooled", identity: 7))
    }

    /// A batch of so many events of the numbers from `first` on.
    static func batch(_ id: UInt64, _ first: Int, _ count: Int = 1) throws -> SendWindow.Batch {
        let events = (first..<first + count).map { ClientEvents.event(1, $0) }
        let body = ByteBuffer(bytes: try EventBatch(of: events).bytes.array)
        return SendWindow.Batch(id: id, body: body, rowCount: count, part: 0..<count)
    }
}
