import ArgumentParser
import AuraClient
import AuraWire

/// `aura store compact`: fewer, smaller files.
struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Merge the chunks of a store until nothing is to be gained.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let start = ContinuousClock.now
        let done = try await connection.carryOut(Order(.compact))
        output.write(
            properties: [
                ("chunks_before", .count(UInt64(done.chunksBefore))),
                ("chunks_after", .count(UInt64(done.chunksAfter))),
                ("bytes_before", .count(done.bytesBefore)),
                ("bytes_after", .count(done.bytesAfter)),
                ("seconds", .number(start.duration(to: .now) / .seconds(1))),
            ], to: .output)
    }
}
