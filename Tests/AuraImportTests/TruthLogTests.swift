import AuraCore
import AuraImport
import AuraTesting
import Foundation
import Testing

/// Real logs against answers that another engine computed from the same files.
@Suite(.enabled(if: TruthData.isThere, "no AURA_TEST_DATA, and no ../shared/data"))
struct TruthLogTests {
    /// The events of a log.
    private func events(_ data: TruthData, map: [String]) throws -> [Event] {
        let file = try #require(FileHandle(forReadingAtPath: data.path))
        let mappings = try map.map { try ColumnMapping($0) }
        let source = GzipSource(FileSource(descriptor: file.fileDescriptor))
        let run = try ImportRun(source) { $0.mappings = mappings }
        try file.close()
        #expect(run.rejected.isEmpty)
        return run.events
    }

    /// Events, counted.
    private struct Counted {
        var byType: [String: Int] = [:]
        var entitiesByType: [String: Set<AttributeValue>] = [:]
        var byDay: [String: Int] = [:]
        var entities: Set<AttributeValue> = []
        var first = Timestamp(microseconds: .max)
        var last = Timestamp(microseconds: .min)

        init(_ events: [Event], entity: String) throws {
            for event in events {
                let value = try #require(event[entity])
                byType[event.type, default: 0] += 1
                entitiesByType[event.type, default: []].insert(value)
                byDay[String(event.time.description.prefix(10)), default: 0] += 1
                entities.insert(value)
                first = min(first, event.time)
                last = max(last, event.time)
            }
        }
    }

    private func expectTotals(_ found: Counted, _ data: TruthData) throws {
        let totals = try #require(try data.rows("totals").first)
        #expect(String(found.byType.values.reduce(0, +)) == totals["events"])
        #expect(String(found.entities.count) == totals["entities"])
        #expect(String(found.byType.count) == totals["types"])
        #expect(found.first.description == data.time(totals["first_ts"]))
        #expect(found.last.description == data.time(totals["last_ts"]))
        let days = try data.rows("per_day").map { ($0["d"] ?? "", $0["n"] ?? "") }
        #expect(found.byDay.mapValues(String.init) == Dictionary(uniqueKeysWithValues: days))
    }

    /// Types with their counts of events and entities, whatever the case of the name.
    private func expectTypes(
        _ found: Counted, _ data: TruthData, named: (String) -> String
    ) throws {
        var expected: [String: [String]] = [:]
        for row in try data.rows("by_type") {
            expected[named(row["type"] ?? "")] = [row["n"] ?? "", row["entities"] ?? ""]
        }
        var counts: [String: [String]] = [:]
        for (type, count) in found.byType {
            counts[type] = [String(count), String(found.entitiesByType[type]?.count ?? 0)]
        }
        #expect(counts == expected)
    }

    @Test func `sepsis: 15,214 events of 1,050 cases`() throws {
        let data = try TruthData("sepsis", file: "sepsis_event_log.csv.gz")
        let mapping =
            "type=Activity:snake,time=\"Complete Timestamp\":timestamp:\"%Y/%m/%d %H:%M:%S.%f\","
            + "case=\"Case ID\":string,*"
        let found = try Counted(try events(data, map: [mapping]), entity: "case")
        try expectTotals(found, data)
        try expectTypes(found, data) { name in
            name == "LacticAcid"
                ? "lactic_acid" : name.lowercased().replacing(" ", with: "_")
        }
        // A case whose id is the text NA.
        #expect(found.entities.contains(.string("NA")))
    }

    @Test func `receipt: 8,577 zoned events of 1,434 cases`() throws {
        let data = try TruthData("receipt", file: "receipt.csv.gz")
        let mapping =
            "type=\"concept:name\",time=\"time:timestamp\",case=\"case:concept:name\":string,"
            + "user=\"org:resource\",*"
        let found = try Counted(try events(data, map: [mapping]), entity: "case")
        try expectTotals(found, data)
        try expectTypes(found, data) { $0 }
    }

    @Test func `noshow: 110,527 appointments of 62,299 patients`() throws {
        let data = try TruthData("noshow", file: "noshow_KaggleV2-May-2016.csv.gz")
        let entities = "patient=PatientId:string,object=AppointmentID,*"
        let mappings = [
            "type='appointment.created',time=ScheduledDay,\(entities)",
            "type='attended',time=AppointmentDay,when=No-show=No,\(entities)",
            "type='no_show',time=AppointmentDay,when=No-show=Yes,\(entities)",
        ]
        let totals = try #require(try data.rows("totals").first)
        let events = try events(data, map: mappings)
        let created = try Counted(
            events.filter { $0.type == "appointment.created" }, entity: "patient")
        #expect(String(created.byType["appointment.created"] ?? 0) == totals["n"])
        #expect(String(created.entities.count) == totals["patients"])
        #expect(created.first.description == data.time(totals["first_scheduled"]))
        #expect(created.last.description == data.time(totals["last_scheduled"]))
        let scheduled = try data.rows("scheduled_per_day").map { ($0["d"] ?? "", $0["n"] ?? "") }
        #expect(
            created.byDay.mapValues(String.init) == Dictionary(uniqueKeysWithValues: scheduled))

        let outcomes = try Counted(
            events.filter { $0.type != "appointment.created" }, entity: "object")
        #expect(String(outcomes.byType["no_show"] ?? 0) == totals["no_show"])
        #expect(String(outcomes.entities.count) == totals["appointments"])
        #expect(outcomes.first.description.prefix(10) == totals["first_day"] ?? "")
        #expect(outcomes.last.description.prefix(10) == totals["last_day"] ?? "")
        let days = try data.rows("no_show_by_day").map { ($0["d"] ?? "", $0["n"] ?? "") }
        #expect(outcomes.byDay.mapValues(String.init) == Dictionary(uniqueKeysWithValues: days))
    }
}
