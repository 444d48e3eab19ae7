import AuraCore
import AuraImport
import Foundation
import Testing

@testable import aura

/// What an ingest leaves behind: rejected rows, checkpoints, the name of its producer.
@Suite struct IngestFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Rows that an import rejects, one a line of text.
    private func rejects(_ text: String) throws -> [RejectedRow] {
        var rejected: [RejectedRow] = []
        var options = ImportOptions()
        options.format = .ndjson
        var importer = Importer(MemorySource(Array(text.utf8)), options: options)
        while try importer.next(reject: { rejected.append($0) }) != nil {}
        return rejected
    }

    @Test func `a rejected row is one line, whatever it holds`() throws {
        var rejected: [RejectedRow] = []
        var importer = Importer(
            MemorySource(Array("type,time,x\na,1,\"tab\there\r\nback\\slash\",y\n".utf8)))
        while try importer.next(reject: { rejected.append($0) }) != nil {}
        for (name, expected) in [
            (
                "rows.rejects",
                "2\tthe row has 4 fields, the header 3\ta,1,\"tab\\there\\r\\nback\\\\slash\",y\n"
            ),
            (
                "rows.ndjson",
                "{\"line\":2,\"reason\":\"the row has 4 fields, the header 3\","
                    + "\"text\":\"a,1,\\\"tab\\there\\r\\nback\\\\slash\\\",y\"}\n"
            ),
        ] {
            let file = RejectFile(folder.path(name), kept: 0)
            for row in rejected { file.add(row) }
            #expect(try file.flush() == Int64(expected.utf8.count))
            #expect(Array(folder.text(name).utf8) == Array(expected.utf8))
        }
    }

    @Test func `what a continued run keeps of the file of rejected rows is what still counts`()
        throws
    {
        let path = folder.path("rows.rejects")
        let rows = try rejects("one\ntwo\nthree\n")
        let first = RejectFile(path, kept: 0)
        first.add(rows[0])
        let kept = try first.flush()
        first.add(rows[1])
        #expect(try first.flush() > kept)
        let again = RejectFile(path, kept: kept)
        again.add(rows[2])
        let size = try again.flush()
        let lines = folder.text("rows.rejects").split(separator: "\n")
        #expect(lines.map { $0.split(separator: "\t").last } == ["one", "three"])
        #expect(folder.text("rows.rejects").utf8.count == Int(size))
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(permissions as? Int == 0o600)
    }

    @Test func `a file of rejected rows that was cleared away is begun anew`() throws {
        let rows = try rejects("one\n")
        for text in [nil, "short"] {
            let path = folder.path("rows.rejects")
            if let text { _ = try folder.write("rows.rejects", text) }
            let file = RejectFile(path, kept: 1_000)
            file.add(rows[0])
            let size = try file.flush()
            let found = folder.text("rows.rejects")
            #expect(found.hasPrefix(text ?? "1\t") && found.hasSuffix("\tone\n"))
            #expect(Int64(found.utf8.count) == size)
            try FileManager.default.removeItem(atPath: path)
        }
        let nowhere = RejectFile("/dev/null", kept: 0)
        nowhere.add(rows[0])
        #expect(try nowhere.flush() > 0)
    }

    @Test func `a cell is quoted byte by byte`() {
        func line(_ text: String, _ dialect: DelimitedForm.Dialect) -> [UInt8] {
            var bytes: [UInt8] = []
            DelimitedForm(dialect, null: "-").append([.text(text), .absent], to: &bytes)
            return bytes
        }
        #expect(line("a\"\u{301}b", .csv) == Array("\"a\"\"\u{301}b\",-\n".utf8))
        #expect(line("a\r\nb", .csv) == Array("\"a\r\nb\",-\n".utf8))
        #expect(line("-", .csv) == Array("\"-\",-\n".utf8))
        #expect(line("a\r\nb\t\\", .tsv) == Array("a\\r\\nb\\t\\\\\t-\n".utf8))
    }

    @Test func `the same content has the same name, anything else another`() throws {
        let large = String(repeating: "0123456789abcdef", count: 1 << 17)
        let path = try folder.write("a", large)
        let hash = try ContentHash.of(path)
        #expect(try ContentHash.of(try folder.write("b", large)) == hash)
        let others = [large + "x", String(large.dropLast()), "x" + large, "", "x"]
        var hashes = [hash]
        for text in others { hashes.append(try ContentHash.of(try folder.write("c", text))) }
        #expect(Set(hashes).count == others.count + 1)
        #expect(ContentHash.text(255) == "00000000000000ff")
    }

    @Test func `progress keeps the last batch up to which all is stored`() {
        let progress = IngestProgress()
        var checkpoint = IngestCheckpoint()
        checkpoint.events = 5
        progress.begin(after: checkpoint)
        for number in 1...3 as ClosedRange<UInt64> {
            checkpoint.batch = number
            checkpoint.events += 10
            progress.handed(.init(events: 10, checkpoint: checkpoint), number: number)
        }
        #expect(progress.takeCheckpoint() == nil)
        progress.stored(number: 1, isDuplicate: true)
        progress.stored(number: 2, isDuplicate: false)
        progress.stored(number: 9, isDuplicate: false)
        #expect(progress.takeCheckpoint()?.batch == 2)
        #expect(progress.takeCheckpoint() == nil)
        #expect(progress.figures.stored == 25 && progress.figures.storedBefore == 15)
    }
}
