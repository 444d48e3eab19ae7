import AuraCore
import AuraImport
import AuraTesting
import Foundation
import Testing

@Suite struct AttributeTests {
    @Test func `a value of another type has a column of its own, never a refused batch`() throws {
        let values = [
            "1", "1.5", "true", "\"word\"", "[1]", "\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"",
        ]
        let text = values.map { "{\"type\":\"a\",\"time\":1,\"x\":\($0)}\n" }.joined()
        let run = try ImportRun(text + text)
        #expect(run.batches.count == 1 && run.rejected.isEmpty)
        let found = run.events.map { $0["x"] }
        #expect(
            Array(found.prefix(5)) == [
                .int64(1), .float64(1.5), .bool(true), .string("word"), .string("[1]"),
            ])
        #expect(found[5]?.type == .uuid)
        #expect(found.prefix(6) == found.suffix(6))
    }

    @Test func `an attribute takes the type of its schema if it can`() throws {
        let schema = ImportOptions().schema
        let text = """
            {"type":"assessment.completed","time":1,"score":7}
            {"type":"assessment.completed","time":1,"score":"7"}
            {"type":"assessment.completed","time":1,"score":"high"}
            """
        #expect(schema("assessment.completed", "score")?.types.first == .float64)
        let events = try ImportRun(text).events
        #expect(events.map { $0["score"] } == [.float64(7), .float64(7), .string("high")])
        let plain = try ImportRun(text) { $0.schema = { _, _ in nil } }
        #expect(plain.events.map { $0["score"] } == [.int64(7), .string("7"), .string("high")])
    }

    @Test func `integers beyond 64 bits keep their digits`() throws {
        let text = """
            {"type":"a","time":1,"x":18446744073709551615}
            {"type":"a","time":1,"x":-9223372036854775808}
            {"type":"a","time":1,"x":18446744073709551614}
            """
        #expect(
            try ImportRun(text).events.map { $0["x"] } == [
                .string("18446744073709551615"), .int64(.min), .string("18446744073709551614"),
            ])
        #expect(
            try ImportRun(text, map: "x=x:float64,*").events.map { $0["x"] } == [
                .string("18446744073709551615"), .float64(-0x1p63), .string("18446744073709551614"),
            ])
    }

    @Test func `an address in the disguise of a number is left out`() throws {
        let text = """
            {"type":"a","time":1,"ip":3232235777}
            {"type":"a","time":1,"ip":42540766411282592856903984951653826561}
            {"type":"a","time":1,"ip":"192.168.1.1"}
            """
        let events = try ImportRun(text).events
        #expect(events.map { $0.attributes.count } == [0, 0, 1])
        #expect(events[2].attributes.first?.value == .ipPrefix(IPPrefix(v4: 192, 168, 1)))
    }

    @Test func `of two members with one path the later counts`() throws {
        let text = """
            {"type":"a","time":1,"x":{"y":1},"x.y":2}
            {"type":"a","time":1,"x.y":2,"x":{"y":1}}
            {"type":"a","time":1,"x":1,"x":2,"x":null}
            {"type":"b","type":"a","time":9,"time":1,"x":1,"\\u0078":2}
            """
        let events = try ImportRun(text).events
        #expect(events.map { $0["x.y"] } == [.int64(2), .int64(1), nil, nil])
        #expect(events.map { $0["x"] } == [nil, nil, nil, .int64(2)])
        #expect(events.map(\.type) == ["a", "a", "a", "a"])
    }

    @Test(arguments: 0..<10)
    func `attributes beyond the cap are kept as one object, as the client keeps them`(
        seed: Int
    ) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var cap = AttributeCap()
        var text = ""
        var expected: [Event] = []
        for row in 0..<30 {
            var event = Event(type: "t\(random.below(2))", time: Timestamp(seconds: Int64(row)))
            var members: [String] = []
            for number in 0..<400 where random.chance(20) {
                let value: AttributeValue =
                    switch random.below(4) {
                    case 0: .int64(Int64(random.below(1_000)) - 500)
                    case 1: .float64(Double(random.below(1_000)) + 0.5)
                    case 2: .bool(random.chance(50))
                    default: .string("\"v\\\n\(random.below(9))é")
                    }
                event.attributes.append(Attribute("o.k\(number)", value))
                var json = value.description
                if case .string(let text) = value {
                    json = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
                }
                members.append("\"k\(number)\":\(json)")
            }
            text +=
                "{\"type\":\"\(event.type)\",\"time\":\(row),\"o\":{\(members.joined(separator: ","))}}\n"
            expected.append(cap.apply(to: event).canonical)
        }
        let run = try ImportRun(text)
        #expect(run.events.contains { $0[ReservedName.residual] != nil })
        let difference = Event.firstDifference(run.events, expected)
        #expect(difference == nil, "seed \(seed), event \(difference ?? 0)")
    }

    @Test func `numbers beyond the cap stay as they are written, arrays too`() throws {
        let many = (0..<Limits.attributesPerType).map { "\"k\($0)\":1" }.joined(separator: ",")
        let text = """
            {"type":"a","time":1,\(many)}
            {"type":"a","time":1,"z":1.50,"y":18446744073709551615,"x":[1, 2],"w":"\\u00e9","v":null}
            """
        let event = try #require(try ImportRun(text).events.last)
        #expect(
            event.attributes == [
                Attribute(
                    ReservedName.residual,
                    .string("{\"w\":\"é\",\"x\":[1, 2],\"y\":18446744073709551615,\"z\":1.50}"))
            ])
    }
}
