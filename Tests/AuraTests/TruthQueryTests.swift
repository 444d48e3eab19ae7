import AuraTesting
import Foundation
import Testing

/// Every question that the real logs have a true answer to, asked in SQL: `Truth/` has the queries.
///
/// The truth was computed from the same files by another engine. `AURA_TEST_DATA` says where they
/// are; by default they are looked for beside the project.
@Suite(.enabled(if: TruthData.isThere, "no AURA_TEST_DATA, and no ../shared/data"))
struct TruthQueryTests {
    /// A log: its file, the files of its answers, and what `aura ingest` makes of its columns.
    struct Log: CustomTestStringConvertible, Sendable {
        let file: String
        let answers: [Answers]
        let mappings: [String]

        var testDescription: String { file }
    }

    /// A file of answers: the file of their queries, and the parameters of these.
    struct Answers: Sendable {
        let name: String
        var queries: String
        var parameters: [String: String] = [:]

        /// Answers with queries of their own.
        init(_ name: String) {
            self.name = name
            queries = name
        }

        /// Answers about cases that go through six steps; a pair of steps has names of its own.
        init(cases name: String, steps: [String], from: String, to: String, format: String) {
            self.name = name
            queries = "cases"
            parameters = ["from": from, "to": to, "format": format]
            for (number, step) in steps.enumerated() { parameters["step\(number + 1)"] = step }
        }
    }

    private static let appointments = "patient=PatientId:string,object=AppointmentID,*"

    static let logs = [
        Log(
            file: "sepsis_event_log.csv.gz",
            answers: [
                Answers(
                    cases: "sepsis",
                    steps: [
                        "ER Registration", "ER Triage", "ER Sepsis Triage", "IV Antibiotics",
                        "Admission NC", "Release A",
                    ], from: "ER Sepsis Triage", to: "IV Antibiotics",
                    format: "%Y-%m-%dT%H:%M:%S"), Answers("sepsis_clinical"),
            ],
            mappings: [
                "type=Activity,time=\"Complete Timestamp\":timestamp:\"%Y/%m/%d %H:%M:%S.%f\","
                    + "case=\"Case ID\":string,*"
            ]),
        Log(
            file: "receipt.csv.gz",
            answers: [
                Answers(
                    cases: "receipt",
                    steps: [
                        "Confirmation of receipt", "T02 Check confirmation of receipt",
                        "T04 Determine confirmation of receipt",
                        "T05 Print and send confirmation of receipt",
                        "T06 Determine necessity of stop advice",
                        "T10 Determine necessity to stop indication",
                    ], from: "Confirmation of receipt",
                    to: "T05 Print and send confirmation of receipt",
                    format: "%Y-%m-%dT%H:%M:%S.%f")
            ],
            mappings: [
                "type=\"concept:name\",time=\"time:timestamp\",case=\"case:concept:name\":string,"
                    + "user=\"org:resource\",*"
            ]),
        Log(
            file: "noshow_KaggleV2-May-2016.csv.gz", answers: [Answers("noshow")],
            mappings: [
                "type='appointment.created',time=ScheduledDay,\(appointments)",
                "type='attended',time=AppointmentDay,when=No-show=No,\(appointments)",
                "type='no_show',time=AppointmentDay,when=No-show=Yes,\(appointments)",
            ]),
    ]

    @Test(arguments: logs)
    func `every question has its true answer in SQL`(_ log: Log) async throws {
        let folder = try Folder()
        let server = try await TestServer(in: folder)
        for (number, answers) in log.answers.enumerated() {
            let name = answers.name
            let data = try TruthData(name, file: log.file)
            if number == 0 {
                let mappings = log.mappings.flatMap { ["--map", $0] }
                let ingest = try await server.aura(["ingest", data.path] + mappings)
                try #require(ingest.status == 0, "\(ingest.errors)")
                #expect(try await server.stop() == 0)
            }
            let queries = try Self.queries(answers.queries)
            #expect(
                data.questions.filter { queries[$0] == nil } == [],
                "\(answers.queries).sql lacks them")
            let parameters = answers.parameters.flatMap { ["--parameter", "\($0)=\($1)"] }
            for (question, query) in queries {
                let command = try Command(
                    ["query", "--data-dir", folder.path("data"), "--format", "json", query]
                        + parameters, in: folder)
                let status = try await command.status()
                try #require(status == 0, "\(name), \(question): \(command.errors)")
                let found = try TruthData.rows(of: Data(command.output.utf8))
                expectSame(found, try data.rows(question), "\(name), \(question)")
            }
        }
    }

    /// The queries of a file by their names: each stands below a line `-- name: …`.
    private static func queries(_ name: String) throws -> [String: String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Truth/\(name).sql")
        let parts = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n-- name: ").dropFirst()
        return Dictionary(
            uniqueKeysWithValues: parts.map { part in
                let lines = part.split(separator: "\n", maxSplits: 1)
                return (String(lines[0]), String(lines.dropFirst().joined()))
            })
    }

    private func expectSame(
        _ found: [[String: String]], _ wanted: [[String: String]], _ question: String
    ) {
        #expect(found.count == wanted.count, "\(question)")
        let other = zip(found, wanted).first { found, wanted in
            found.keys != wanted.keys
                || found.contains { !Self.areEqual($1, wanted[$0] ?? "") }
        }
        if let other { Issue.record("\(question): \(other.0) instead of \(other.1)") }
    }

    /// The same text, or numbers that differ in the last digits.
    private static func areEqual(_ found: String, _ wanted: String) -> Bool {
        if found == wanted { return true }
        guard let found = Double(found), let wanted = Double(wanted) else { return false }
        return (found - wanted).magnitude <= 1e-12 * wanted.magnitude
    }
}
