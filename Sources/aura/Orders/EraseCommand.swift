import ArgumentParser
import AuraClient
import AuraCore
import AuraQuery
import AuraWire

/// `aura privacy`: what concerns the people behind the events.
struct Privacy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy", abstract: "Erase what is stored of a person.",
        subcommands: [Erase.self])
}

/// `aura privacy erase`: every event of a subject.
struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase every event of a subject, and print the receipt.",
        discussion: """
            Examples:
              aura privacy erase patient_id=17 --dry-run
              aura privacy erase patient_id=17 --yes -o json

            The events are hidden at once, then taken out of every chunk, and the segments of the log \
            that held them are removed: the receipt says so. It names the subject by a hash. Events \
            that are sent later are stored as any others.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var order: OrderOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The attribute that names the subject and its value: attribute=value.")
    var subject: String

    func run() async throws {
        guard let equals = subject.firstIndex(of: "="), equals > subject.startIndex else {
            throw CommandFailure(
                .usage, "'\(subject)' names no subject",
                hint: "write attribute=value, such as patient_id=17")
        }
        // An id such as 17 may have been stored as a number or as a string.
        let filter = CountQuery.Filter(
            attribute: String(subject[..<equals]),
            text: String(subject[subject.index(after: equals)...]))
        let kind = Order.Kind.erase(attribute: filter.attribute, values: filter.values)
        let preview = try await connection.carryOut(Order(kind, isDryRun: true))
        if order.dryRun {
            output.write(
                properties: [
                    ("subject", .text(subject)), ("events", .count(preview.events)),
                    ("chunks", .count(UInt64(preview.chunksBefore))), ("dry_run", .bool(true)),
                ], to: .output)
            return
        }
        if !order.isSure {
            let events = Figures.grouped(preview.events)
            try Confirmation.ask(
                "\(events) events of \(subject) will be erased for good.", expecting: subject,
                isNeeded: true)
        }
        let done = try await connection.carryOut(Order(kind))
        output.write(properties: Erase.receipt(done, of: filter.attribute), to: .output)
        guard done.isFinished else {
            throw CommandFailure(
                .partial, "the events are hidden, but some file still holds them",
                hint: "'aura store compact' goes on with it; 'aura store verify' tells of a chunk "
                    + "that cannot be read")
        }
    }

    private static func receipt(
        _ done: OrderDone, of attribute: String
    ) -> [(name: String, cell: Answer.Cell)] {
        let hashes = done.subject.map {
            ContentHash.text($0.high) + ContentHash.text($0.low)
        }
        return [
            ("erasure", .count(done.tombstone)), ("attribute", .text(attribute)),
            ("subject_hash", .text(hashes.joined(separator: " "))),
            ("ordered_at", .text(Timestamp(microseconds: done.time).description)),
            ("up_to_event", .count(done.sequence)), ("events_erased", .count(done.events)),
            ("chunks_rewritten", .count(UInt64(done.chunksBefore))),
            ("finished", .bool(done.isFinished)),
        ]
    }
}
