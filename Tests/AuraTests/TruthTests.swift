import AuraTesting
import Foundation
import Testing

/// Real logs with true answers, brought in by `aura ingest` while server and ingest are killed.
///
/// The truth was computed from the same files by another engine. `AURA_TEST_DATA` says where they
/// are; by default they are looked for beside the project.
@Suite(.enabled(if: TruthData.isThere, "no AURA_TEST_DATA, and no ../shared/data"))
struct TruthTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test func `sepsis: 15,214 events of a hospital survive seven kills`() async throws {
        let data = try TruthData("sepsis", file: "sepsis_event_log.csv.gz")
        let server = try await TestServer(in: folder)
        let load = KilledIngest(
            server: server, file: data.path, events: 15_214,
            arguments: [
                "--map",
                "type=Activity:snake,time=\"Complete Timestamp\":timestamp:\"%Y/%m/%d %H:%M:%S.%f\","
                    + "case=\"Case ID\":string,*",
                "--batch-size", "50", "--rate", "500",
            ])
        try await load.run(kills: 7)

        try await expectTotals(server, data, entity: "case")
        let types = try await run(server, ["count", "--by", "type", "--distinct", "case"])
        let expected = try data.rows("by_type").map { row in
            [row["type"].flatMap { Self.sepsisTypes[$0] }, row["n"], row["entities"]]
        }
        expectSame(types.rows.map { [$0[0], $0[1], $0[2]] }, expected)
        try await expectSeries(server, data, entity: "case")
        try await expectOrder(server, data, entity: "case", named: Self.sepsisTypes)
    }

    @Test func `receipt: 8,577 zoned events survive seven kills`() async throws {
        let data = try TruthData("receipt", file: "receipt.csv.gz")
        let server = try await TestServer(in: folder)
        let load = KilledIngest(
            server: server, file: data.path, events: 8_577,
            arguments: [
                "--map",
                "type=\"concept:name\",time=\"time:timestamp\",case=\"case:concept:name\":string,"
                    + "user=\"org:resource\",*",
                "--batch-size", "50", "--rate", "300",
            ])
        try await load.run(kills: 7)

        try await expectTotals(server, data, entity: "case")
        let types = try await run(server, ["count", "--by", "type", "--distinct", "case"])
        expectSame(
            types.rows.map { [$0[0], $0[1], $0[2]] },
            try data.rows("by_type").map { [$0["type"], $0["n"], $0["entities"]] })
        try await expectSeries(server, data, entity: "case")
        try await expectOrder(server, data, entity: "case", named: nil)
    }

    @Test func `noshow: 221,054 events of 62,299 patients survive five kills`() async throws {
        let data = try TruthData("noshow", file: "noshow_KaggleV2-May-2016.csv.gz")
        let server = try await TestServer(in: folder)
        let entities = "patient=PatientId:string,object=AppointmentID,*"
        let load = KilledIngest(
            server: server, file: data.path, events: 221_054,
            arguments: [
                "--map", "type='appointment.created',time=ScheduledDay,\(entities)",
                "--map", "type='attended',time=AppointmentDay,when=No-show=No,\(entities)",
                "--map", "type='no_show',time=AppointmentDay,when=No-show=Yes,\(entities)",
                "--batch-size", "500", "--rate", "7000",
            ])
        try await load.run(kills: 5)

        let totals = try #require(try data.rows("totals").first)
        let created = try await run(
            server, ["count", "--type", "appointment.created", "--distinct", "patient"])
        expectSame(
            created.rows,
            [
                [
                    totals["n"], totals["patients"], data.time(totals["first_scheduled"]),
                    data.time(totals["last_scheduled"]),
                ]
            ])
        let objects = try await run(server, ["count", "--distinct", "object"])
        #expect(objects.rows.first?.prefix(2) == ["221054", "110527"])
        try await expectOutcomes(server, data)
    }

    // MARK: - Comparisons

    private func expectTotals(
        _ server: TestServer, _ data: TruthData, entity: String
    ) async throws {
        let truth = try #require(try data.rows("totals").first)
        let found = try await run(server, ["count", "--distinct", entity])
        expectSame(
            found.rows,
            [
                [
                    truth["events"], truth["entities"], data.time(truth["first_ts"]),
                    data.time(truth["last_ts"]),
                ]
            ])
        let types = try await run(server, ["count", "--by", "type"])
        #expect(String(types.rows.count) == truth["types"])
    }

    private func expectSeries(
        _ server: TestServer, _ data: TruthData, entity: String
    ) async throws {
        let days = try await run(server, ["count", "--by", "day", "--distinct", entity])
        expectSame(
            days.rows.map { [$0[0], $0[1], $0[2]] },
            try data.rows("per_day").map { [$0["d"], $0["n"], $0["entities"]] })
        let months = try await run(server, ["count", "--by", "month"])
        expectSame(
            months.rows.map { [String($0[0].prefix(7)), $0[1]] },
            try data.rows("per_month").map { [$0["m"], $0["n"]] })
        let weeks = try await run(server, ["count", "--by", "week", "--distinct", entity])
        expectSame(
            weeks.rows.map { [$0[0], $0[2]] },
            try data.rows("active_entities_per_week").map {
                [$0["wk"].map { String($0.prefix(10)) }, $0["entities"]]
            })
    }

    /// Which type follows which in a case, by time and then by place in the file: holds only if the
    /// events are stored in the order of the file.
    private func expectOrder(
        _ server: TestServer, _ data: TruthData, entity: String, named: [String: String]?
    ) async throws {
        let events = try TailedLine.all(try await run(server, ["tail", "--from", "1"]).output)
        #expect(events.map(\.sequence) == Array(1...events.count))
        var cases: [String: [TailedLine]] = [:]
        for event in events {
            cases[try #require(event.attributes[entity]?.text), default: []].append(event)
        }
        var counts: [[String]: Int] = [:]
        for events in cases.values {
            // The sort is stable: equal times stay in the order of the file.
            let ordered = events.enumerated().sorted {
                ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
            }.map(\.element.type)
            for (first, second) in zip(ordered, ordered.dropFirst()) {
                counts[[first, second], default: 0] += 1
            }
        }
        for row in try data.rows("directly_follows_top30") {
            let pair = ["a", "b"].compactMap { row[$0] }.map { named?[$0] ?? $0 }
            #expect(counts[pair].map(String.init) == row["n"], "\(pair)")
        }
    }

    private func expectOutcomes(_ server: TestServer, _ data: TruthData) async throws {
        let created = ["--type", "appointment.created"]
        let days = try await run(
            server, ["count", "--type", "attended", "--type", "no_show", "--by", "day,type"])
        var byDay: [String: (all: Int, missed: Int)] = [:]
        for row in days.rows {
            let count = try #require(Int(row[2]))
            byDay[row[0], default: (0, 0)].all += count
            if row[1] == "no_show" { byDay[row[0], default: (0, 0)].missed += count }
        }
        expectSame(
            byDay.sorted { $0.key < $1.key }.map {
                [$0.key, "\($0.value.all)", "\($0.value.missed)"]
            },
            try data.rows("no_show_by_day").map { [$0["d"], $0["n"], $0["no_show"]] })
        let scheduled = try await run(
            server, ["count"] + created + ["--by", "day", "--distinct", "patient"])
        expectSame(
            scheduled.rows.map { [$0[0], $0[1], $0[2]] },
            try data.rows("scheduled_per_day").map { [$0["d"], $0["n"], $0["patients"]] })
        let hours = try await run(server, ["count"] + created + ["--by", "hour"])
        expectSame(
            hours.rows.map { [$0[0], $0[1]] },
            try data.rows("hourly_scheduled_counts").map { [data.time($0["h"]), $0["n"]] })
        let places = try await run(server, ["count"] + created + ["--by", "Neighbourhood"])
        expectSame(
            places.rows.map { [$0[0], $0[1]] },
            try data.rows("by_neighbourhood").map { [$0["nb"], $0["n"]] })
        let genders = try await run(server, ["count"] + created + ["--by", "Gender"])
        expectSame(
            genders.rows.map { [$0[0], $0[1]] },
            try data.rows("by_gender").map { [$0["g"], $0["n"]] })
        let age = try await run(server, ["count"] + created + ["--where", "Age=-1"])
        #expect(age.rows.first?.first == "1")
    }

    private func run(_ server: TestServer, _ arguments: [String]) async throws -> Outcome {
        let command = try server.command(arguments)
        #expect(try await command.status() == 0, "\(arguments): \(command.errors)")
        return Outcome(status: 0, output: command.output, errors: command.errors)
    }

    /// The same rows in whatever order.
    private func expectSame(
        _ found: [[String]], _ expected: [[String?]],
        location: SourceLocation = #_sourceLocation
    ) {
        let expected = Set(expected.map { $0.map { $0 ?? "absent" } })
        let found = Set(found)
        #expect(!expected.isEmpty, sourceLocation: location)
        #expect(found.subtracting(expected).isEmpty, "not true", sourceLocation: location)
        #expect(expected.subtracting(found).isEmpty, "missing", sourceLocation: location)
    }

    private static let sepsisTypes = [
        "ER Registration": "er_registration", "ER Triage": "er_triage",
        "ER Sepsis Triage": "er_sepsis_triage", "Leucocytes": "leucocytes", "CRP": "crp",
        "LacticAcid": "lactic_acid", "IV Liquid": "iv_liquid", "IV Antibiotics": "iv_antibiotics",
        "Admission NC": "admission_nc", "Admission IC": "admission_ic", "Return ER": "return_er",
        "Release A": "release_a", "Release B": "release_b", "Release C": "release_c",
        "Release D": "release_d", "Release E": "release_e",
    ]
}
