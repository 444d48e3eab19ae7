import AuraCore
import AuraImport

/// Reads a file as an ingest would, and tells what would come of it.
struct DryRun {
    let path: String
    let options: IngestOptions

    private static let shownEvents = 3
    private static let shownRejects = 3

    func run() throws {
        let file = try InputFile(path)
        var shown: [Event] = []
        var rejects: [RejectedRow] = []
        var layout: CSVLayout?
        var types: [ExactText: Int] = [:]
        do {
            var options = try options.options(forFile: path)
            options.latestTime = Timestamp(
                microseconds: WallClock.microseconds() + Limits.futureTolerance)
            var importer = Importer(GzipSource(file.bytes), options: options)
            while let batch = try importer.next(reject: { row in
                if rejects.count < DryRun.shownRejects { rejects.append(row) }
            }) {
                let events = try EventBatch(validating: batch.bytes).events()
                shown += events.prefix(DryRun.shownEvents - shown.count)
                for event in events { types[ExactText(event.type), default: 0] += 1 }
                layout = batch.position.csv
            }
            print(importer.counts, layout, shown, rejects, types)
        } catch let error as InputError {
            throw CommandFailure(error, of: file.name)
        }
    }

    private func print(
        _ counts: ImportCounts, _ layout: CSVLayout?, _ shown: [Event], _ rejects: [RejectedRow],
        _ types: [ExactText: Int]
    ) {
        var text = "\(path): \(counts.rows) rows, \(counts.events) events, "
        text += "\(counts.rejected) rejected; nothing was stored\n"
        if let layout {
            let delimiter =
                layout.delimiter == UInt8(ascii: "\t")
                ? "tab" : String(Unicode.Scalar(layout.delimiter))
            text += "columns (delimiter \(delimiter)):\n"
            for column in layout.columns {
                text += "  \(DisplayWidth.visible(column.name)): \(column.type ?? "empty")\n"
            }
        }
        if let summary = counts.privacy.summary { text += "\(summary)\n" }
        text += "types:\n"
        for (type, count) in types.sorted(by: { $0.key < $1.key }) {
            text += "  \(DisplayWidth.visible(type.text)): \(count)\n"
        }
        text += "first events:\n"
        for event in shown { text += "  \(EventPrinter.json(event, sequence: nil))\n" }
        if !rejects.isEmpty { text += "first rejected rows:\n" }
        for row in rejects { text += "  line \(row.line): \(row.reason)\n" }
        StandardOutput.write(text)
    }
}
