import AuraStorage
import AuraTesting
import Testing

@testable import AuraEngine

@Suite struct SpareSegmentsTests {
    /// Made again, it would take the name from under the writer, which has the first one open.
    @Test func `a spare that is ready and not taken is not made again`() async throws {
        let disk = SimulatedFileSystem()
        let configuration = EventStoreConfiguration(
            directory: "/data", newIncarnation: 7, fileSystem: disk, clock: { 0 })
        var options = Storage.Options(incarnation: 7)
        options.segmentSize = 256 << 10
        var storage = try Storage(directory: "/data", fileSystem: disk, options: options, now: 0)
        let order = storage.orderSpare()
        let wanted = try #require(order)
        let spares = SpareSegments(logger: configuration.logger)
        await withCheckedContinuation { continuation in
            spares.make(wanted) { continuation.resume() }
        }
        #expect(!spares.isFree)
        #expect(spares.take().count == 1)
        #expect(spares.isFree)
        spares.close()
        #expect(!spares.isFree)
        try storage.close(now: 0)
    }
}
