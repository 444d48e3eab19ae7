import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraStorage

/// `Formats/index.md`, its vectors and the code, each against the others.
@Suite(.serialized) struct IndexFormatTests {
    private let vectors = GoldenVectors("index")

    /// A vector that must be refused.
    private struct Damage {
        let name: String
        let condition: Int
        let about: String
        var bytes: AnnotatedBytes

        init(
            _ name: String, _ condition: Int, _ about: String, isSealed: Bool = true,
            _ change: (inout AnnotatedBytes) -> Void
        ) {
            self.name = "bad-" + name
            self.condition = condition
            self.about = about
            bytes = ReferenceIndex.write()
            change(&bytes)
            if isSealed { bytes = ReferenceIndex.sealed(bytes) }
        }
    }

    private let damages = [
        Damage("truncated", 1, "The last 8 bytes are missing", isSealed: false) {
            $0.truncate(to: $0.count - 8)
        },
        Damage("trailing-bytes", 1, "A byte that belongs to nothing, size and checksum agree") {
            $0.append("nothing", UInt8(0))
        },
        Damage("magic", 2, "The magic of another version") {
            $0.damage("magic", "AIX9", bytes: Array("AIX9".utf8))
        },
        Damage("checksum", 3, "Another checksum", isSealed: false) {
            $0.damage("checksum", "another", UInt64(1))
        },
        Damage("range-reversed", 4, "The latest time before the earliest") {
            $0.damage("latest", "a second before", ReferenceIndex.first - 1_000_000)
        },
        Damage("plan", 5, "An index of another plan") { $0.damage("plan", "another", UInt64(1)) },
        Damage("series-twice", 6, "A type has two series") {
            $0.damage("series 2, name, size", "9", UInt32(9))
            $0.damage("series 2, name", "that of series 1", bytes: Array("api.error".utf8))
        },
        Damage("dimension", 6, "A dimension that the plan does not have") {
            $0.damage("series 3, dimension", "1", UInt16(1))
        },
        Damage("series-unknown", 7, "Cells of a series that does not exist") {
            $0.damage("type, day, series 2", "5", UInt32(5))
        },
        Damage("mask", 7, "Events in the bucket behind the last of a page") {
            $0.damage("type, hour, series 2, counts", "bit 24", UInt64(1) << 24)
            $0.damage("type, hour, series 2, values", "bit 24", UInt64(1) << 24)
        },
        Damage("errors", 8, "More errors than events") {
            guard let field = $0.fields.first(where: { $0.name.hasSuffix("errors") }) else {
                return
            }
            $0.damage(field.name, "2 of 1", UInt64(2))
        },
        Damage("hash", 8, "A user whose hash is 0") {
            $0.damage("type, first minute, series 1, user", "0", UInt64(0))
        },
    ]

    private func encoded() throws -> [UInt8] {
        var builder = BatchBuilder()
        for event in ReferenceIndex.events { _ = try builder.append(event) }
        let batch = try EventBatch(validating: builder.finish() ?? [])
        var state = IndexState(ReferenceIndex.plan)
        state.apply(
            batch, .init(firstSequence: 1, arrival: ReferenceIndex.arrival, producer: 3))
        return state.encoded()
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try vectors.removeAll()
        try vectors.write(
            GoldenVectors.hex(ReferenceIndex.write(), about: ReferenceIndex.about), "two-events",
            "hex")
        try vectors.write("{\n  \"about\" : \"\(ReferenceIndex.about)\"\n}\n", "two-events", "json")
        for damage in damages {
            try vectors.write(
                GoldenVectors.hex(damage.bytes, about: damage.about), damage.name, "hex")
            try vectors.write("\(damage.condition): \(damage.about)\n", damage.name, "error")
        }
    }

    @Test func `the code writes and reads what the document says`() throws {
        let reference = ReferenceIndex.write().bytes
        #expect(try encoded() == reference)
        #expect(try vectors.bytes("two-events") == reference)
        let state = try IndexState(decoding: reference.rawSpan, plan: ReferenceIndex.plan)
        #expect(state.encoded() == reference)
    }

    @Test func `each damaged vector is refused for its reason`() throws {
        #expect(try vectors.names("error") == damages.map(\.name).sorted())
        for damage in damages {
            let bytes = try vectors.bytes(damage.name)
            #expect(bytes == damage.bytes.bytes, "\(damage.name)")
            #expect(try vectors.condition(damage.name) == damage.condition)
            do throws(FormatError) {
                _ = try IndexState(decoding: bytes.rawSpan, plan: ReferenceIndex.plan)
                Issue.record("\(damage.name) was read")
            } catch {
                #expect(error.condition == damage.condition, "\(damage.name): \(error)")
            }
        }
    }

    @Test func `the document lists each vector and each condition`() throws {
        let document = try Document("index")
        let listed = document.table("Vectors").filter { $0[0] != "vector" }
        let good = [["`two-events`", ReferenceIndex.about]]
        let bad = damages.map { ["`\($0.name)`", "\($0.condition)", $0.about] }
        #expect(listed == good + bad)
        #expect(document.conditions == Array(1...8))
        #expect(Set(damages.map(\.condition)) == Set(document.conditions))
    }
}
