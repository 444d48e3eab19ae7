import AuraCore
import AuraTesting
import Foundation
import Testing

@Suite struct LimitsDocumentTests {
    /// Each constant of `Limits`; the first test below fails where one is missing.
    private let limits: [String: Int64] = [
        "nameBytes": Int64(Limits.nameBytes),
        "batchRows": Int64(Limits.batchRows),
        "batchBytes": Int64(Limits.batchBytes),
        "batchTypes": Int64(Limits.batchTypes),
        "batchColumns": Int64(Limits.batchColumns),
        "batchValues": Int64(Limits.batchValues),
        "attributesPerType": Int64(Limits.attributesPerType),
        "stringBytes": Int64(Limits.stringBytes),
        "earliestTime": Limits.earliestTime,
        "latestTime": Limits.latestTime,
        "futureTolerance": Limits.futureTolerance,
        "groupBytes": Int64(Limits.groupBytes),
        "groupAlignment": Int64(Limits.groupAlignment),
        "producerNameBytes": Int64(Limits.producerNameBytes),
        "producers": Int64(Limits.producers),
        "producerIdle": Limits.producerIdle,
        "producerWindow": Int64(Limits.producerWindow),
    ]

    @Test func `every limit of the code stands in the document`() throws {
        let source = try Document.source("Sources/AuraCore/Limits.swift")
        let names = source.matches(of: /static let (\w+)/).map { String($0.output.1) }
        let rows = try Document("limits").table("Limits").dropFirst()
        #expect(!names.isEmpty)
        #expect(rows.map { $0[0] } == names.map { "`\($0)`" }, "in the order of the code")
        #expect(Set(limits.keys) == Set(names))
    }

    @Test func `every limit has the same number in the document, a unit and a reason`() throws {
        for row in try Document("limits").table("Limits").dropFirst() {
            try #require(row.count == 4, "\(row)")
            let name = row[0].trimmingCharacters(in: ["`"])
            let digits = row[1].replacing(",", with: "").replacing("−", with: "-")
            #expect(Int64(digits) == limits[name], "\(name)")
            #expect(!row[2].isEmpty && row[3].count > 10, "\(name)")
        }
    }
}
