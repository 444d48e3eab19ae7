import AuraCore
import AuraWire

/// The batches of a load, encoded beforehand: they take turns.
struct BenchBatches: Sendable {
    /// Encoded as `Formats/batch.md` says.
    let batches: [[UInt8]]
    /// Events of each.
    let rows: Int
    /// The types of the events, ascending.
    let types: [String]
    /// What all events of the run have as `runAttribute`.
    let run: UUIDBytes

    /// What stands before the names of types, so that load is never taken for life.
    static let prefix = "bench."
    /// The attribute that tells the events of one run from those of others.
    static let runAttribute = "bench_run"
    /// More would teach the server nothing new.
    private static let count = 16

    /// Batches of made-up events of the catalogue's types.
    ///
    /// The same seed gives the same events but for their times and their run.
    init(rows: Int, types: [String], seed: UInt64, now: Timestamp, run: UUIDBytes) throws {
        self.rows = rows
        self.run = run
        self.types = types.map { BenchBatches.prefix + $0 }.sorted()
        var random = SeededGenerator(seed: seed)
        batches = try (0..<BenchBatches.count).map { batch in
            var builder = BatchBuilder()
            for row in 0..<rows {
                let time = Timestamp(microseconds: now.microseconds - Int64(rows - 1 - row))
                let type = types[(batch * rows + row) % types.count]
                guard var event = Catalogue.sample(of: type, at: time, using: &random) else {
                    preconditionFailure("the catalogue has no type '\(type)'")
                }
                event.type = BenchBatches.prefix + type
                event.attributes.append(Attribute(BenchBatches.runAttribute, .uuid(run)))
                guard try builder.append(event) else {
                    throw CommandFailure(
                        .usage, "\(rows) events do not fit into a batch; \(row) do",
                        hint: "give a smaller --batch")
                }
            }
            guard let bytes = builder.finish() else {
                preconditionFailure("a batch of \(rows) events is empty")
            }
            return bytes
        }
    }

    /// What to count in order to find this run's events.
    var filter: CountRequest.Filter {
        CountRequest.Filter(attribute: BenchBatches.runAttribute, values: [.uuid(run)])
    }
}
