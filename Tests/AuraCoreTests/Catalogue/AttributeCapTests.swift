import AuraCore
import AuraTesting
import Foundation
import Testing

@Suite struct AttributeCapTests {
    private func event(_ type: String, _ attributes: [Attribute]) -> Event {
        Event(type: type, time: Timestamp(seconds: 0), attributes: attributes)
    }

    @Test func `what exceeds the cap becomes one JSON object with sorted keys`() throws {
        var cap = AttributeCap(limit: 2)
        let capped = cap.apply(
            to: event(
                "a",
                [
                    Attribute("k1", .int64(1)), Attribute("k2", .string("two")),
                    Attribute("z", .float64(0.5)), Attribute("b", .bool(true)),
                    Attribute("n", .float64(.nan)), Attribute("q", .string("say \"hi\"\n")),
                    Attribute("t", .timestamp(Timestamp(seconds: 1))),
                    Attribute("p", .ipPrefix(IPPrefix(v4: 192, 0, 2))),
                    Attribute("i", .int64(.min)),
                ]))
        #expect(
            capped.attributes.prefix(2) == [
                Attribute("k1", .int64(1)), Attribute("k2", .string("two")),
            ])
        #expect(capped.attributes.count == 3)
        #expect(
            capped["$residual"]
                == .string(
                    #"{"b":true,"i":-9223372036854775808,"n":"nan","p":"192.0.2.0/24","#
                        + #""q":"say \"hi\"\n","t":"1970-01-01T00:00:01Z","z":0.5}"#))
    }

    @Test func `names admitted once stay, each type has its own`() {
        var cap = AttributeCap(limit: 1)
        let first = event("a", [Attribute("x", .int64(1))])
        #expect(cap.apply(to: first) == first)
        #expect(
            cap.apply(to: event("a", [Attribute("y", .int64(2))])).attributes == [
                Attribute("$residual", .string(#"{"y":2}"#))
            ])
        let other = event("b", [Attribute("y", .int64(2))])
        #expect(cap.apply(to: other) == other)
        #expect(cap.apply(to: first) == first)
    }

    @Test func `a name of two types counts once, and its values share a key beyond the cap`() {
        var cap = AttributeCap(limit: 1)
        let both = event("a", [Attribute("x", .int64(1)), Attribute("x", .string("1"))])
        #expect(cap.apply(to: both) == both)
        #expect(
            cap.apply(to: event("a", [Attribute("y", .int64(1)), Attribute("y", .bool(true))]))
                .attributes == [Attribute("$residual", .string(#"{"y":[1,true]}"#))])
    }

    @Test func `names that look alike are different names`() {
        var cap = AttributeCap(limit: 1)
        let capped = cap.apply(
            to: event("a", [Attribute("\u{E9}", .int64(1)), Attribute("e\u{301}", .int64(2))]))
        #expect(capped.attributes.count == 2)
        #expect(capped["$residual"] == .string("{\"e\u{301}\":2}"))
    }

    @Test(arguments: [
        (#"{"b":1,"z":{"y":[1,"}"]}}"#, #"{"b":1,"z":{"y":[1,"}"]},"m":2}"#),
        (#" { "b" : "\"," , "a":[ ] } "#, #"{ "b" : "\"," , "a":[ ],"m":2}"#),
        (#"{ }"#, #"{"m":2}"#),
        (#"{}"#, #"{"m":2}"#),
        // No object, as far as its ends show: kept as it is, under its own name.
        (#"not JSON"#, #"{"$residual":"not JSON","m":2}"#),
        (#"[1]"#, #"{"$residual":"[1]","m":2}"#),
        (#"{"a":1}x"#, #"{"$residual":"{\"a\":1}x","m":2}"#),
    ])
    func `what an event has in its residual stays in it`(given: String, expected: String) {
        var cap = AttributeCap(limit: 1)
        let capped = cap.apply(
            to: event(
                "a",
                [
                    Attribute("k", .int64(1)), Attribute("$residual", .string(given)),
                    Attribute("m", .int64(2)),
                ]))
        #expect(
            capped.attributes == [
                Attribute("k", .int64(1)), Attribute("$residual", .string(expected)),
            ])
    }

    @Test func `the memory for names is bounded, each event is capped all the same`() {
        var cap = AttributeCap(limit: 2, typeLimit: 1)
        let three = ["x", "y", "z"].map { Attribute($0, .int64(1)) }
        _ = cap.apply(to: event("a", three))
        for _ in 0..<2 {
            let capped = cap.apply(to: event("b", three.reversed()))
            #expect(capped.attributes.map(\.name) == ["z", "y", "$residual"])
        }
    }

    @Test func `capped events say the same, take few columns and can be read as JSON`() throws {
        for seed in UInt64(1)...UInt64(Effort.count(60)) {
            var generator = EventGenerator(seed: seed)
            var cap = AttributeCap(limit: 5)
            var again = AttributeCap(limit: 5)
            var names: [[UInt8]: Set<[UInt8]>] = [:]
            for event in generator.batch() {
                let capped = cap.apply(to: event)
                let repeated = again.apply(to: event)
                #expect(
                    zip(capped.attributes, repeated.attributes).allSatisfy {
                        $0.name == $1.name && $0.value.isIdentical(to: $1.value)
                    }, "seed \(seed)")
                let columns = Set(capped.attributes.map { Array($0.name.utf8) })
                    .subtracting([Array("$residual".utf8)])
                names[Array(event.type.utf8), default: []].formUnion(columns)
                let moved = Set(event.attributes.map { Array($0.name.utf8) }).subtracting(columns)
                    .subtracting([Array("$residual".utf8)])
                guard !moved.isEmpty, case .string(let text)? = capped["$residual"] else {
                    #expect(moved.isEmpty, "seed \(seed)")
                    continue
                }
                // Foundation, which shares no code with the writer, must find every key.
                let object = try #require(
                    JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
                    "seed \(seed)")
                for name in moved {
                    #expect(object[String(decoding: name, as: UTF8.self)] != nil, "seed \(seed)")
                }
            }
            #expect(names.values.allSatisfy { $0.count <= 5 }, "seed \(seed)")
        }
    }
}
