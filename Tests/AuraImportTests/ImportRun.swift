import AuraCore
import AuraImport
import AuraTesting

/// An import to its end, and all that came of it.
struct ImportRun {
    let batches: [ImportedBatch]
    let rejected: [RejectedRow]
    let counts: ImportCounts
    /// The events of all batches, in order.
    let events: [Event]

    /// Imports a source.
    init(
        _ source: any ByteSource, from position: ImportPosition? = nil,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws {
        var options = ImportOptions()
        change(&options)
        var importer = Importer(source, options: options, from: position)
        var batches: [ImportedBatch] = []
        var rejected: [RejectedRow] = []
        while let batch = try importer.next(reject: { rejected.append($0) }) {
            batches.append(batch)
        }
        self.batches = batches
        self.rejected = rejected
        counts = importer.counts
        events = try batches.flatMap { try EventBatch(validating: $0.bytes).events() }
    }

    /// Imports a text.
    init(
        _ text: String, map: String..., change: (inout ImportOptions) -> Void = { _ in }
    ) throws {
        let mappings = try map.map { try ColumnMapping($0, zoneNamed: ImportRun.zone) }
        try self.init(MemorySource(Array(text.utf8))) { options in
            if !mappings.isEmpty { options.mappings = mappings }
            change(&options)
        }
    }

    /// The rules of one of the machine's time zones.
    static func zone(_ name: String) -> TimeZoneRules? {
        // The tests' zones are there; what is not is unknown to the mapping, which says so.
        SystemZone.tzif(name).flatMap { try? TimeZoneRules(tzif: $0.rawSpan) }
    }
}
