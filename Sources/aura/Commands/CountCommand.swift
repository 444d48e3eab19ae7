import ArgumentParser
import AuraClient
import AuraCore
import AuraQuery
import AuraWire

/// `aura count`: how many events, of which kind, when.
struct Count: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Count events by type, time and attributes.",
        discussion: """
            Examples:
              aura count
              aura count --by type --from -24h
              aura count --type user.login --by day,clinic_id -o csv
              aura count --by month --distinct patient_id

            Times are ISO 8601 (UTC unless they say otherwise), now, today, yesterday, -24h, now-7d. \
            --by takes type, second, minute, hour, day, week (from Monday), month, a width such as \
            15m, or an attribute (attribute:day for one that is called like the others). Days are \
            those of UTC. Each row also tells the times of its first and last event.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var selection: SelectionOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Only events whose attribute equals the value: attribute=value; all must hold.")
    var `where`: [String] = []

    @Option(help: "What to count separately, with commas between; at most 4.")
    var by: [String] = []

    @Option(help: "Also count the distinct values of this attribute.")
    var distinct: String?

    func run() async throws {
        let dimensions = by.flatMap { $0.split(separator: ",") }.map { CountDimension(String($0)) }
        let request = try request(dimensions, now: WallClock.now)
        let server = ServerConnection(try connection.configuration())
        let start = ContinuousClock.now
        let (counts, types) = try await server.run { client in
            let counts = try await client.count(request)
            // Where nothing was found, the types that there are tell what was meant.
            guard counts.rows.isEmpty, !request.types.isEmpty else {
                return (counts, [Counts.Row]())
            }
            var typesRequest = CountRequest()
            typesRequest.groupings = [.type]
            return (counts, try await client.count(typesRequest).rows)
        }
        let elapsed = start.duration(to: .now)
        let answer = CountFold(dimensions: dimensions, distinct: distinct).answer(counts.rows)
        output.write(answer, isComplete: counts.isComplete, to: .output)
        explain(answer, counts, stored: Set(types.flatMap(\.keys)), elapsed)
        if !counts.isComplete { throw CommandFailure(missing: counts.missing) }
    }

    /// What the server is asked.
    func request(_ dimensions: [CountDimension], now: Timestamp) throws -> CountRequest {
        var request = CountRequest()
        request.types = selection.type
        (request.start, request.end) = try selection.times(now: now)
        request.filters = try `where`.map(Count.filter)
        request.groupings = dimensions.map(\.grouping)
        if let distinct { request.groupings.append(.attribute(distinct)) }
        let most = WireLimits.groupings
        guard request.groupings.count <= most else {
            throw CommandFailure(
                .usage, "\(request.groupings.count) groupings; at most \(most) are possible",
                hint: "--distinct takes one of them")
        }
        return request
    }

    /// What is said of a type that no event has; the store's types are nearer than the catalogue's.
    static func hint(unknownType name: String, stored: Set<GroupKey>) -> String {
        let names = stored.compactMap { key -> String? in
            if case .type(let name) = key { name } else { nil }
        }
        let near =
            nearest(to: name, among: names.sorted())
            ?? (Catalogue.schema(for: name) == nil
                ? nearest(to: name, among: Catalogue.all.map(\.type)) : nil)
        let remedy = near.map { "did you mean '\($0)'?" } ?? "'aura count --by type' lists them"
        return "hint: no events of type '\(name)'; \(remedy)\n"
    }

    private static func filter(_ text: String) throws -> CountRequest.Filter {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw CommandFailure(
                .usage, "'\(text)' is no condition for --where",
                hint: "write attribute=value, such as clinic_id=3")
        }
        // A text such as 7 may have been stored as a number or as a string.
        let filter = CountQuery.Filter(
            attribute: String(text[..<equals]), text: String(text[text.index(after: equals)...]))
        return CountRequest.Filter(attribute: filter.attribute, values: filter.values)
    }

    /// What else is to be said, for people.
    private func explain(
        _ answer: Answer, _ counts: Counts, stored: Set<GroupKey>, _ elapsed: Duration
    ) {
        guard !output.quiet else { return }
        if counts.rows.isEmpty {
            for name in selection.type where !stored.contains(.type(name)) {
                StandardError.write(Count.hint(unknownType: name, stored: stored))
            }
        }
        guard Terminal.output.isInteractive else { return }
        let seconds = Figures.duration(elapsed / .seconds(1))
        let rows = Figures.grouped(answer.rows.count)
        StandardError.write(
            "\(rows) rows in \(seconds), up to event \(Figures.grouped(counts.watermark))\n")
    }
}
