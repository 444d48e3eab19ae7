import AuraCore
import AuraTesting
import Testing

@testable import AuraImport

@Suite struct CSVReaderTests {
    @Test(arguments: 0..<20)
    func `a table that is written is read back`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for round in 0..<Effort.count(50) {
            let table = CSVTable(&random)
            let records = CSVRecords(Array(table.text.utf8), delimiter: table.delimiter)
            try #require(!records.isBroken, "seed \(seed), round \(round): \(table.text)")
            try #require(records.rows == table.rows, "seed \(seed), round \(round): \(table.text)")
        }
    }

    /// What Python's reader makes of texts, up to the first error of each.
    private static let python = """
        import csv, io, json, sys
        answers = []
        for table in json.load(sys.stdin):
            answer = {"rows": [], "isBroken": False}
            reader = csv.reader(io.StringIO(table["text"], newline=""), strict=True,
                                delimiter=table["delimiter"])
            try:
                for row in reader:
                    if row: answer["rows"].append(row)
            except csv.Error:
                answer["isBroken"] = True
            answers.append(answer)
        json.dump(answers, sys.stdout)
        """

    @Test func `whole and damaged tables are read as Python reads them`() throws {
        var random = SeededRandom(seed: 7)
        var mutator = Mutator(seed: 7)
        var tables: [CSVTable] = []
        while tables.count < Effort.count(1_000) {
            var table = CSVTable(&random)
            let bytes =
                random.chance(20) ? Array(table.text.utf8) : mutator.mutate(Array(table.text.utf8))
            // To Python a CR alone ends a line, and it may refuse NUL.
            let plain = bytes.map { $0 == 0x0D || $0 == 0 ? UInt8(ascii: "_") : $0 }
            guard let text = String(validating: plain, as: UTF8.self) else { continue }
            table.text = text
            tables.append(table)
        }
        let answers = try PythonOracle.answer(
            CSVReaderTests.python, to: tables, as: [CSVRecords].self)
        #expect(answers.count(where: \.isBroken) > 50)
        #expect(answers.count { !$0.isBroken && !$0.rows.isEmpty } > 50)
        for (table, answer) in zip(tables, answers) {
            let records = CSVRecords(Array(table.text.utf8), delimiter: table.delimiter)
            try #require(records == answer, "delimiter \(table.delimiter): \(table.text)")
        }
    }

    @Test func `a record is unfinished until its end is in sight`() {
        let text = Array("a,\"b\n\"\"c\",d\r\ne".utf8)
        let end = 13
        var reader = CSVReader(delimiter: UInt8(ascii: ","), columnCount: 3)
        for size in 0..<text.count {
            let record = reader.read(text.rawSpan.slice(0, size), isWhole: false)
            switch record {
            case .unfinished: #expect(size < end)
            case .record(let found, let error): #expect(size >= end && found == end && error == nil)
            case .blank: Issue.record("blank at \(size)")
            }
        }
    }

    @Test func `rows that are wrong are rejected with line and reason, the rest is taken`() throws {
        let text = """
            type,time,note
            a,1,x
            b,2
            c,3,x,y

            d,4,"x" y
            e,5,"x
            y"
            f,6,\u{FFFD}"
            g,7,"open
            h,8,z
            """
        let bytes = Array(text.utf8)
        let place = try #require(bytes.firstIndex(of: 0xEF))
        let run = try ImportRun(
            MemorySource(Array(bytes[..<place]) + [0xFF] + Array(bytes[(place + 3)...])))
        #expect(run.events.map(\.type) == ["a", "e", "h"])
        #expect(run.events.map { $0["note"] } == [.string("x"), .string("x\ny"), .string("z")])
        #expect(run.rejected.map(\.line) == [3, 4, 6, 9, 10])
        #expect(
            run.rejected.map(\.reason) == [
                "the row has 2 fields, the header 3", "the row has 4 fields, the header 3",
                "field 3 goes on after its closing quote", "column 5: expected UTF-8",
                "a quote is not closed",
            ])
        #expect(run.rejected.map(\.text).last == Array("g,7,\"open".utf8))
        #expect(run.counts.rows == 8)
    }

    @Test func `a quote that never ends costs one line, however long the file is`() throws {
        var text = "type,time,note\na,1,\"open\n"
        for index in 0..<1_000 { text += "b,\(index),x\n" }
        let run = try ImportRun(text) {
            $0.rowBytes = 1_000
            $0.blockBytes = 64
        }
        #expect(run.rejected.map(\.line) == [2])
        #expect(run.rejected.map(\.reason) == ["a quote is not closed"])
        #expect(run.rejected.map(\.text) == [Array("a,1,\"open".utf8)])
        #expect(run.events.count == 1_000)
    }

    @Test func `a row that is too long is rejected, the rest is taken`() throws {
        let long = String(repeating: "x", count: 200)
        let text = "type,time,note\na,1,\(long)\nb,2,\"\(long)\"\nc,3,x\n"
        let run = try ImportRun(text) {
            $0.rowBytes = 100
            $0.blockBytes = 64
        }
        #expect(run.rejected.map(\.line) == [2, 3])
        #expect(run.rejected.allSatisfy { $0.reason == "the row has more than 100 bytes" })
        #expect(run.rejected.allSatisfy { $0.text.count == 100 })
        #expect(run.events.map(\.type) == ["c"])
    }

    @Test(arguments: ["\n", "\r\n"])
    func `line ends, a byte order mark and a cut last line make no difference`(
        lineEnd: String
    ) throws {
        let lines = ["type,time,note", "a,1,x", "", "b,2,\"y\"", "c,3,"]
        let text = lines.joined(separator: lineEnd)
        let tails = ["", lineEnd, lineEnd + lineEnd, "\r"]
        for text in ["", "\u{FEFF}"].flatMap({ mark in tails.map { mark + text + $0 } }) {
            let run = try ImportRun(text)
            #expect(run.events.map(\.type) == ["a", "b", "c"])
            #expect(run.events.map { $0["note"] } == [.string("x"), .string("y"), nil])
            #expect(run.rejected.isEmpty)
        }
    }
}
