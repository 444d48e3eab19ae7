import AuraCore
import AuraTesting
import Testing

@testable import AuraImport

@Suite struct CSVLayoutTests {
    /// The layout that an import finds.
    private func layout(_ text: String) throws -> CSVLayout {
        try #require(try ImportRun(text).batches.first?.position.csv)
    }

    /// The type of the third column, given its values.
    private func type(_ values: [String]) throws -> String? {
        try layout("type,time,x\n" + values.map { "a,1,\($0)\n" }.joined()).columns[2].type
    }

    @Test(arguments: [",", ";", "\t", "|"])
    func `the delimiter is the one that is most frequent in the header`(delimiter: String) throws {
        let others = [",", ";", "\t", "|"].filter { $0 != delimiter }.joined()
        let text =
            "type\(delimiter)time\(delimiter)\"\(others)\(others)\(others)\"\na\(delimiter)1\(delimiter)x"
        let layout = try layout(text)
        #expect(layout.delimiter == delimiter.utf8.first)
        #expect(layout.columns.map(\.name) == ["type", "time", others + others + others])
    }

    @Test func `a delimiter that is given is taken whatever the header holds`() throws {
        let run = try ImportRun(
            "type;a,time;b,c;d\nx,1,y\n", map: "type=\"type;a\",time=\"time;b\",*"
        ) { $0.format = .csv(delimiter: UInt8(ascii: ",")) }
        #expect(run.events.first?["c;d"] == .string("y"))
    }

    @Test func `a column has the narrowest type that all of the first rows show`() throws {
        let uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
        #expect(try type(["1", "-2", ""]) == "int64")
        #expect(try type(["1", "2.5"]) == "float64")
        #expect(try type(["1e3", "2"]) == "float64")
        #expect(try type(["true", "FALSE", "False"]) == "bool")
        #expect(try type([uuid]) == "uuid")
        #expect(try type(["1", "true"]) == "string")
        #expect(try type(["007"]) == "string")
        #expect(try type(["NaN", "1"]) == "string")
        #expect(try type([uuid, "x"]) == "string")
        #expect(try type([""]) == nil)
    }

    @Test func `ids of many digits keep all of them`() throws {
        // Floats would make one of the two.
        let ids = ["18446744073709551615", "18446744073709551614"]
        #expect(try type(ids) == "string")
        #expect(try type(["9007199254740993", "1.5"]) == "string")
        #expect(try type(["9223372036854775807"]) == "int64")
        let events = try ImportRun("type,time,x\na,1,1\na,1,\(ids[0])\na,1,\(ids[1])\n").events
        #expect(events.map { $0["x"] } == [.string("1"), .string(ids[0]), .string(ids[1])])
    }

    @Test func `a later value of another type has a column of its own`() throws {
        var text = "type,time,x\n"
        for index in 0..<CSVLayout.sampleRows { text += "a,1,\(index)\n" }
        text += "a,1,2.5\na,1,word\na,1,18446744073709551615\na,1,true\n"
        let events = try ImportRun(text).events
        #expect(
            events.suffix(5).map { $0["x"] } == [
                .int64(999), .float64(2.5), .string("word"), .string("18446744073709551615"),
                .bool(true),
            ])
    }

    @Test func `names are made distinct, and empty ones get a number`() throws {
        let columns = try layout("type,time,a,,a,a_2,,column4\nx,1,1,2,3,4,5,6\n").columns
        #expect(Set(columns.map(\.name)).count == 8)
        #expect(columns.map(\.name).prefix(3) == ["type", "time", "a"])
        #expect(columns.map(\.name)[5] == "a_2" && columns.map(\.name)[7] == "column4")
    }

    @Test func `an input without header is refused`() {
        #expect(throws: InputError.header(reason: "the first line is empty")) {
            try ImportRun("\ntype,time\n") { $0.format = .csv(delimiter: nil) }
        }
        #expect(throws: InputError.header(reason: "a quote is not closed")) {
            try ImportRun("\"type,time\na,1\n")
        }
        #expect(throws: InputError.header(reason: "no line end within 100 bytes")) {
            try ImportRun(String(repeating: "x", count: 1_000)) {
                $0.rowBytes = 100
                $0.blockBytes = 64
            }
        }
        #expect(throws: InputError.self) {
            try ImportRun(MemorySource([0xFE, 0xFF, 0x00, 0x74, 0x0A]))
        }
    }

    @Test func `a header alone is a table without rows`() throws {
        #expect(try ImportRun("type,time").counts.rows == 0)
        #expect(try ImportRun("type,time\n\n\n").counts.rows == 0)
    }

    @Test(arguments: [1, 2, 3, 7, 64])
    func `types do not depend on the pieces in which the input comes`(size: Int) throws {
        var text = "type,time,x,y\n"
        for index in 0..<1_200 { text += "a,\(index),\(index),\(index == 998 ? "z" : "1")\n" }
        let source = MemorySource(Array(text.utf8), blockSize: size)
        let run = try ImportRun(source)
        let whole = try ImportRun(text)
        #expect(run.batches == whole.batches)
        #expect(
            run.batches.first?.position.csv?.columns.map(\.type) == [
                "string", "int64", "int64", "string",
            ])
    }
}
