import AuraCore
import Testing

@testable import aura

/// The invented clinics of the demonstration.
struct ClinicGroupTests {
    /// Monday, 2026-09-07.
    private static let monday = 20_703
    private static func small(_ seed: UInt64) -> ClinicGroup {
        ClinicGroup(seed: seed, clinics: 2, providersPerClinic: 6, patientsPerClinic: 300)
    }

    private static let month: [[Event]] = {
        let group = small(1)
        var book = AppointmentBook()
        return (monday..<monday + 35).map { group.events(ofDay: $0, &book) }
    }()

    @Test func `the same seed gives the same day, another one another`() {
        for offset in [0, 17] {
            let day = Self.monday + offset
            var book = AppointmentBook()
            #expect(Self.small(1).events(ofDay: day, &book) == Self.month[offset])
            book = AppointmentBook()
            #expect(Self.small(2).events(ofDay: day, &book) != Self.month[offset])
        }
    }

    @Test func `a day's events lie on it, each at an instant of its own, in order`() {
        #expect(ClinicGroup.weekday(ofDay: Self.monday) == 1)
        for (offset, events) in Self.month.enumerated() {
            let start = Int64(Self.monday + offset) * ClinicGroup.day
            var last = Timestamp(microseconds: start - 1)
            for event in events {
                #expect(event.time > last)
                last = event.time
            }
            #expect(last.microseconds < start + ClinicGroup.day)
        }
    }

    @Test func `every type of the catalogue occurs`() {
        let types = Set(Self.month.joined().map(\.type))
        #expect(types == Set(Catalogue.all.map(\.type)))
    }

    @Test func `events carry what their types need, and pass the batch format`() throws {
        var registry = SchemaRegistry(unknownTypes: .refuse)
        var builder = BatchBuilder()
        var batches: [[UInt8]] = []
        for event in Self.month[1] {
            if builder.isFull(rowBytes: 4_096) { batches += builder.finish().map { [$0] } ?? [] }
            _ = try builder.append(event)
        }
        batches += builder.finish().map { [$0] } ?? []
        for bytes in batches {
            let batch = try EventBatch(validating: bytes)
            #expect(try registry.inspect(batch.bytes, batch.layout).warnings == [])
        }
        #expect(!batches.isEmpty)
    }

    @Test func `days have a rhythm, and weekends are quiet`() {
        let tuesday = Self.month[15]
        func inHour(_ hour: Int64) -> Int {
            tuesday.count {
                $0.time.microseconds / 3_600_000_000 % 24 == hour && $0.type != "webhook.received"
            }
        }
        #expect(inHour(10) > 2 * inHour(3))
        let logins = [15, 20].map { day in Self.month[day].count { $0.type == "user.login" } }
        #expect(logins[0] > logins[1] * 3 / 2)
    }

    @Test func `each week has its anomaly`() {
        func count(_ type: String, _ day: Int) -> Int {
            Self.month[day].count { $0.type == type }
        }
        var found: Set<String> = []
        for day in 0..<28 {
            switch ClinicAnomaly(day: Self.monday + day) {
            case .none: continue
            case .outage:
                found.insert("outage")
                #expect(count("api.error", day) > 5 * count("api.error", day - 1))
            case .passwordGuessing:
                found.insert("guessing")
                #expect(count("auth.failed", day) > 5 * count("auth.failed", day - 1))
            case .snow:
                found.insert("snow")
                let missed = Self.month.map { day in
                    day.count { $0["new_status"] == .string("noshow") }
                }
                #expect(missed[day] > 2 * missed[day + 1])
            case .silentChatbot:
                found.insert("chatbot")
                #expect(count("chatbot.interaction", day) == 0)
                #expect(count("chatbot.interaction", day - 1) > 100)
            }
        }
        #expect(found == ["outage", "guessing", "snow", "chatbot"])
    }

    @Test func `what is kept was made before, under the same id`() {
        var made: Set<AttributeValue> = []
        var kept = 0
        var known = 0
        for events in Self.month {
            for event in events {
                guard let id = event["appointment_id"] else { continue }
                if event.type == "appointment.created" { made.insert(id) }
                if event.type == "appointment.completed",
                    event.time.microseconds > Int64(Self.monday + 22) * ClinicGroup.day
                {
                    kept += 1
                    known += made.contains(id) ? 1 : 0
                }
            }
        }
        #expect(kept > 500)
        #expect(known == kept)
    }
}
