import ArgumentParser
import AuraClient
import AuraCore
import AuraWire

/// `aura admin data`: what is kept, and for how long.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Delete old events.",
        discussion: """
            Examples:
              aura admin data --cleanup --days 30 --dry-run
              aura admin data --cleanup --days 30

            The events are hidden at once. Chunks of which nothing is left are removed; others lose \
            their old events when they are compacted next.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var order: OrderOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Delete the events that are older than --days.")
    var cleanup = false

    @Option(help: "How many days of events to keep.")
    var days: Int?

    func validate() throws {
        guard cleanup else { throw ValidationError("--cleanup says that events are to be deleted") }
        guard let days, (1...100_000).contains(days) else {
            throw ValidationError("--days says how many days of events to keep: 1 to 100000")
        }
    }

    func run() async throws {
        let time = Timestamp(
            microseconds: WallClock.now.microseconds
                - Int64(days ?? 0) * CountDimension.day)
        let preview = try await connection.carryOut(Order(.deleteBefore(time), isDryRun: true))
        if order.dryRun {
            output.write(
                properties: [
                    ("before", .text(time.description)), ("events", .count(preview.events)),
                    ("chunks", .count(UInt64(preview.chunksBefore))),
                    ("bytes_of_chunks", .count(preview.bytesBefore)), ("dry_run", .bool(true)),
                ], to: .output)
            return
        }
        if !order.isSure, preview.events > 0 {
            let events = Figures.grouped(preview.events)
            try Confirmation.ask(
                "\(events) events from before \(time) will be deleted for good.", expecting: "yes",
                isNeeded: false)
        }
        let done = try await connection.carryOut(Order(.deleteBefore(time)))
        output.write(
            properties: [
                ("before", .text(time.description)), ("events_deleted", .count(done.events)),
                ("chunks_removed", .count(UInt64(done.chunksBefore))),
                ("bytes_freed", .count(done.bytesBefore - min(done.bytesBefore, done.bytesAfter))),
                ("finished", .bool(done.isFinished)),
            ], to: .output)
    }
}
