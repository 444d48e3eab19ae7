import AuraCore
import Testing

@testable import aura

/// The section `event_types` of the configuration.
@Suite struct EventTypesTests {
    @Test func `a type with attributes becomes a schema`() throws {
        let yaml = """
            privacy: {unknown_types: refuse}
            event_types:
              lab.result:
                summary: A result came.
                attributes: {patient_id: id, value: number, unit: string, at: [timestamp, string]}
                required: [patient_id, value]
                closed: true
              door.opened: {}
            """
        let (configuration, warnings) = try resolve(yaml: yaml)
        #expect(warnings == [])
        let schemas = configuration.schemas
        #expect(schemas.unknownTypes == .refuse)
        #expect(schemas.all.count == Catalogue.all.count + 2)
        let lab = try #require(schemas.schema(for: "lab.result"))
        #expect(lab.summary == "A result came.")
        #expect(lab.isClosed)
        #expect(lab.attributes.map(\.name) == ["patient_id", "value", "unit", "at"])
        #expect(lab.attributes.map(\.isRequired) == [true, true, false, false])
        #expect(lab.attribute("patient_id")?.isIdentifier == true)
        #expect(lab.attribute("value")?.types == [.float64, .int64])
        #expect(lab.attribute("at")?.types == [.timestamp, .string])
        #expect(schemas.schema(for: "door.opened")?.isClosed == false)
        #expect(
            configuration.eventTypes.map(\.origin.description) == [
                "aura.yaml:3:3", "aura.yaml:8:3",
            ])
        #expect(
            configuration.eventTypes.first?.text
                == "patient_id: int64 or string or uuid, required; value: float64 or int64, "
                + "required; unit: string; at: timestamp or string")
    }

    @Test func `what is wrong with a type is told with its place and a remedy`() throws {
        let types =
            "bool, int64, float64, string, timestamp, uuid, ip_prefix, id or number, or a list of "
            + "them"
        for (yaml, finding) in [
            (
                "event_types: [a]",
                "1:14: 'event_types' is not a mapping of keys to values; write 'key: value' lines"
            ),
            (
                "event_types: {a: text}",
                "1:18: 'event_types.a' is not a mapping of keys to values; "
                    + "write 'key: value' lines"
            ),
            (
                "event_types: {a: {attribtes: {}}}",
                "1:19: unknown key 'event_types.a.attribtes'; did you mean 'attributes'?"
            ),
            (
                "event_types: {a: {colour: red}}",
                "1:19: unknown key 'event_types.a.colour'; "
                    + "there are summary, attributes, required, closed"
            ),
            (
                "event_types: {a: {attributes: {n: integer}}}",
                "1:35: 'integer' is no value for 'event_types.a.attributes.n'; write \(types)"
            ),
            (
                "event_types: {a: {attributes: {n: [int64, text]}}}",
                "1:43: 'text' is no value for 'event_types.a.attributes.n'; write \(types)"
            ),
            (
                "event_types: {a: {attributes: {n: int64}, required: [m]}}",
                "1:54: 'm' is no value for 'event_types.a.required'; "
                    + "write names that stand under attributes"
            ),
            (
                "event_types: {a: {closed: maybe}}",
                "1:27: 'maybe' is no value for 'event_types.a.closed'; write true or false"
            ),
            (
                "event_types: {a: {attributes: {n: []}}}",
                "1:15: schema of 'a': attribute 'n' allows no type; name at least one"
            ),
            (
                "event_types: {user.login: {}}",
                "1:15: event type 'user.login' is the catalogue's; register another name"
            ),
            (
                "event_types: {a: {attributes: {$n: int64}}}",
                "1:15: schema of 'a': name '$n' must have 1 to 128 bytes and not begin with '$'; "
                    + "rename it"
            ),
        ] {
            try expectFindings(["aura.yaml:\(finding)"], yaml: yaml)
        }
    }
}
