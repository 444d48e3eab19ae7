import ArgumentParser
import AuraClient
import AuraCore
import AuraWire

/// `aura tail`: events as they were stored, and as they come.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the last events, or follow those that come.",
        discussion: """
            Examples:
              aura tail
              aura tail -f --type user.login
              aura tail --from 1 > all.ndjson

            Prints one JSON object a line, or a line for people on a terminal. Every event has a \
            sequence number, from 1 without gaps.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(
        parsing: .unconditional,
        help: "The sequence number of the first event, or -N for the last N.")
    var from = "-10"

    @Option(help: "Only events of this type; may be given several times.")
    var type: [String] = []

    @Flag(name: .shortAndLong, help: "Go on with the events to come, until Ctrl-C.")
    var follow = false

    @Flag(help: "JSON also on a terminal.")
    var json = false

    func run() async throws {
        let start = try start()
        let configuration = try connection.configuration()
        let server = ServerConnection(configuration)
        let printer = EventPrinter(
            terminal: .output, isJSON: json || !Terminal.output.isInteractive,
            isBuffered: !follow)
        let types = type
        let missing = MissingParts()
        let isEndless = follow
        let signals = isEndless ? Signals() : nil
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.run { client in
                    let last = try await client.status().visible
                    let first = start.first(of: last)
                    if isEndless {
                        for try await event in client.tail(
                            from: first > last ? 0 : first, types: types,
                            onMissing: Tail.warn)
                        {
                            printer.print(event)
                        }
                    } else if first <= last {
                        try await Tail.print(client, first...last, types, printer) {
                            missing.add($0)
                        }
                    }
                }
            }
            if let signals {
                group.addTask {
                    if await signals.wait() != nil { throw CommandFailure(.interrupted) }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        printer.flush()
        if !missing.all.isEmpty { throw CommandFailure(missing: missing.all) }
    }

    private static func warn(_ missing: MissingEvents) {
        StandardError.write("warning: cannot be read: \(missing.words)\n")
    }

    /// Where to begin, as it was written.
    enum Start: Hashable, Sendable {
        case sequence(UInt64)
        case last(UInt64)

        /// The sequence number to begin at, where so many events are there.
        func first(of count: UInt64) -> UInt64 {
            switch self {
            case .sequence(let sequence): max(1, sequence)
            case .last(let wanted): wanted >= count ? 1 : count - wanted + 1
            }
        }
    }

    private func start() throws -> Start {
        if from.hasPrefix("-"), let count = wholeNumber(from.dropFirst()) {
            return .last(UInt64(count))
        }
        guard let sequence = wholeNumber(from), !from.isEmpty else {
            throw CommandFailure(
                .usage, "'\(from)' is no place for --from",
                hint: "write a sequence number, or -100 for the last 100 events")
        }
        return .sequence(UInt64(sequence))
    }

    /// Prints the events of a range that is there.
    ///
    /// Types are picked here: the server's filter would
    /// not say when the last of them has come.
    private static func print(
        _ client: AuraClient, _ range: ClosedRange<UInt64>, _ types: [String],
        _ printer: EventPrinter, onMissing: @escaping @Sendable (MissingEvents) -> Void
    ) async throws {
        let wanted = Set(types.map(ExactText.init))
        let events = client.tail(
            from: range.lowerBound, through: range.upperBound, onMissing: onMissing)
        for try await event in events
        where wanted.isEmpty || wanted.contains(ExactText(event.event.type)) {
            printer.print(event)
        }
    }
}
