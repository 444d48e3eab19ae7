import AuraCore
import AuraEngine
import AuraStorage

/// A data directory to be asked in SQL.
struct QueryData {
    let folder: Folder

    /// A hundred chunks of twenty events each, so that a query comes in many small parts.
    ///
    /// Their attributes are `patient_id`, and one whose name needs quotes.
    init() async throws {
        folder = try Folder()
        let store = try EventStore(
            EventStoreConfiguration(
                directory: folder.path("data"), newIncarnation: 4_711,
                fileSystem: PosixFileSystem(), clock: { 1_700_000_000_000_000 }))
        for chunk in 0..<100 {
            var builder = BatchBuilder()
            for number in chunk * 20..<chunk * 20 + 20 {
                _ = try builder.append(
                    Event(
                        type: number % 400 == 0 ? "visit.ended" : "visit.begun",
                        time: Timestamp(seconds: 1_690_000_000 + Int64(number)),
                        attributes: [
                            Attribute("patient_id", .int64(Int64(number))),
                            Attribute("blood type", .string("A")),
                        ]))
            }
            _ = try await store.append(EventBatch(validating: builder.finish() ?? []))
            try await store.flush()
        }
        try store.close()
    }

    /// The words of a command line that asks it.
    func words(_ more: String...) -> [String] {
        ["query", "--data-dir", folder.path("data")] + more
    }

    /// Runs a query to its end.
    func query(
        _ more: String..., input: String = "", variables: [String: String] = [:]
    ) async throws -> Outcome {
        let command = try Command(
            ["query", "--data-dir", folder.path("data")] + more, in: folder, input: input,
            variables: variables)
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }

    /// A query that takes long and looks often whether it is to stop.
    static let long =
        "SELECT max("
        + (0..<8).map {
            "levenshtein(repeat(patient_id::VARCHAR, 300) || \($0), repeat('ab', 1200))"
        }
        .joined(separator: " + ") + ") FROM events"
}
