import AuraCore
import AuraTesting
import AuraWire
import Foundation
import Testing

@Suite(.serialized) struct WireFormatTests {
    private let vectors = GoldenVectors("wire")

    private func condition(_ bytes: [UInt8]) -> Int? {
        do throws(FormatError) {
            return try check(bytes) ? nil : 0
        } catch {
            return error.condition
        }
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try vectors.removeAll()
        for vector in WireVector.all {
            let hex = GoldenVectors.hex(vector.frame.annotated, about: vector.about)
            try vectors.write(hex, vector.name, "hex")
            try vectors.write(vector.meaning(), vector.name, "json")
        }
        for damage in WireDamage.all {
            let name = "bad-\(damage.name)"
            try vectors.write(GoldenVectors.hex(damage.bytes, about: damage.about), name, "hex")
            try vectors.write("\(damage.condition): \(damage.about)\n", name, "error")
        }
    }

    @Test func `the codec reads and writes each vector as the document says`() throws {
        for vector in WireVector.all {
            let bytes = try vectors.bytes(vector.name)
            #expect(bytes == vector.frame.annotated.bytes, "\(vector.name)")
            #expect(try vectors.text(vector.name, "json") == vector.meaning(), "\(vector.name)")
            #expect((vector.encoded == bytes) == vector.isAurasChoice, "\(vector.name)")
            #expect(condition(bytes) == nil, "\(vector.name)")
            let payload = Array(bytes.dropFirst(FrameHeader.size))
            #expect(try vector.isRead(payload.rawSpan), "\(vector.name)")
        }
    }

    @Test func `each damaged vector breaks the condition that stands beside it`() throws {
        for damage in WireDamage.all {
            let name = "bad-\(damage.name)"
            let bytes = try vectors.bytes(name)
            #expect(bytes == damage.bytes.bytes, "\(name)")
            #expect(try vectors.condition(name) == damage.condition, "\(name)")
            #expect(condition(bytes) == damage.condition, "\(name)")
        }
    }

    @Test func `the folder holds these vectors and no others, one of each message`() throws {
        let good = WireVector.all.map(\.name)
        let bad = WireDamage.all.map { "bad-\($0.name)" }
        #expect(Set(good + bad).count == good.count + bad.count)
        #expect(try Set(vectors.names("hex")) == Set(good + bad))
        #expect(try Set(vectors.names("json")) == Set(good))
        #expect(try Set(vectors.names("error")) == Set(bad))
        #expect(Set(WireVector.all.map(\.frame.opcode)) == Set(Opcode.allCases.map(\.rawValue)))
    }

    // MARK: - The document

    private func document() throws -> String {
        try String(
            contentsOf: GoldenVectors.root.appending(path: "Formats/wire.md"), encoding: .utf8)
    }

    /// The cells of the tables between a heading and the next of any level.
    private func table(_ heading: String) throws -> [[String]] {
        let lines = try document().split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0 == heading } ?? lines.endIndex
        return lines[start...].dropFirst().prefix { !$0.hasPrefix("#") }
            .filter { $0.hasPrefix("|") && !$0.hasPrefix("|-") }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }
    }

    @Test func `the document lists each opcode`() throws {
        let listed = try table("### Opcodes").dropFirst().map {
            UInt8($0[0].trimmingCharacters(in: ["`"]), radix: 16)
        }
        #expect(listed == Opcode.allCases.map(\.rawValue))
    }

    @Test func `the document lists each failure as the code has it`() throws {
        let listed = try Array(table("### Failures").dropFirst())
        let expected = FailureCode.allCases.map { code in
            [
                "\(code.rawValue)", "\(code)", "\(code.failureClass.rawValue)",
                code.closesConnection ? "closes" : "", "\(code.retryAfterMilliseconds)",
                code.summary, code.remedy,
            ]
        }
        #expect(listed == expected)
        let classes = try table("### Failure classes").dropFirst().map { [$0[0], $0[1]] }
        #expect(classes == FailureClass.allCases.map { ["\($0.rawValue)", "\($0)"] })
    }

    @Test func `the document lists each limit`() throws {
        let source = try String(
            contentsOf: GoldenVectors.root.appending(path: "Sources/AuraWire/WireLimits.swift"),
            encoding: .utf8)
        let names = source.matches(of: /static let (\w+)/).map { String($0.output.1) }
        let limits: [String: Int] = [
            "payloadBytes": WireLimits.payloadBytes,
            "hardPayloadBytes": WireLimits.hardPayloadBytes,
            "payloadBytesBeforeAuth": WireLimits.payloadBytesBeforeAuth,
            "peerNameBytes": WireLimits.peerNameBytes, "keyBytes": WireLimits.keyBytes,
            "textBytes": WireLimits.textBytes, "warnings": WireLimits.warnings,
            "types": WireLimits.types, "filters": WireLimits.filters,
            "filterValues": WireLimits.filterValues, "groupings": WireLimits.groupings,
            "quantiles": WireLimits.quantiles, "counters": WireLimits.counters,
            "statementBytes": WireLimits.statementBytes, "settings": WireLimits.settings,
            "parameters": WireLimits.parameters, "resultRows": WireLimits.resultRows,
            "resultColumns": WireLimits.resultColumns,
            "columnNameBytes": WireLimits.columnNameBytes, "listDepth": WireLimits.listDepth,
            "subjectValues": WireLimits.subjectValues,
            "missing": WireLimits.missing,
        ]
        let listed = try Array(table("## Limits").dropFirst())
        #expect(listed.map { $0[0] } == names.map { "`\($0)`" })
        for row in listed {
            let name = row[0].trimmingCharacters(in: ["`"])
            #expect(Int(row[1].replacing(",", with: "")) == limits[name], "\(name)")
        }
    }

    @Test func `the document lists each vector`() throws {
        let listed = try table("## Vectors").filter { $0[0] != "vector" }
        let good = WireVector.all.map { ["`\($0.name)`", $0.about] }
        let bad = WireDamage.all.map { ["`bad-\($0.name)`", "\($0.condition)", $0.about] }
        #expect(listed == good + bad)
    }

    @Test func `each condition of the document has a damaged vector`() throws {
        let text = try document()
        let validity = try #require(text.split(separator: "## Validity").last)
        let stated = validity.split(separator: "## Codes")[0].split(separator: "\n")
            .compactMap { line in
                line.prefixMatch(of: #/(\d+)\. /#).flatMap { Int($0.output.1) }
            }
        #expect(stated == Array(1...11))
        #expect(Set(WireDamage.all.map(\.condition)) == Set(stated))
    }
}
