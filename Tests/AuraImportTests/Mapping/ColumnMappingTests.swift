import AuraCore
import AuraImport
import AuraTesting
import Testing

@Suite struct ColumnMappingTests {
    private static let csv = """
        Activity,Day,Case ID,"a:b,c",ok,id,note
        ER Triage,31.03.2024,NA,1,Yes,e1,x
        LacticAcid,01.04.2024,B,2,No,,y
        """

    @Test func `columns become type, time, id and attributes`() throws {
        let run = try ImportRun(
            ColumnMappingTests.csv,
            map:
                "type=Activity:snake,time=Day:timestamp:%d.%m.%Y@Europe/Berlin,case=\"Case ID\":string,"
                + "n=\"a:b,c\":float64,site='north ''wing''',*")
        #expect(run.rejected.isEmpty)
        let event = try #require(run.events.first)
        #expect(run.events.map(\.type) == ["er_triage", "lactic_acid"])
        #expect(
            run.events.map(\.time.description) == ["2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"])
        #expect(run.events.map(\.id) == [.text("e1"), nil])
        #expect(event.attributes.map(\.name) == ["case", "n", "note", "ok", "site"])
        #expect(event["case"] == .string("NA") && event["n"] == .float64(1))
        #expect(event["site"] == .string("north 'wing'") && event["note"] == .string("x"))
    }

    @Test func `without star only what is named is taken`() throws {
        let run = try ImportRun(
            ColumnMappingTests.csv, map: "type='t',time=Day:timestamp:%d.%m.%Y,n=note")
        #expect(run.events.map { $0.attributes.map(\.name) } == [["n"], ["n"]])
        #expect(run.events.map(\.type) == ["t", "t"])
    }

    @Test func `a row gives an event for each mapping whose conditions it meets`() throws {
        let time = "time=Day:timestamp:%d.%m.%Y"
        let run = try ImportRun(
            ColumnMappingTests.csv, map: "type='all',\(time)", "type='yes',\(time),when=ok=Yes",
            "type='no',\(time),when=ok=No,when=note=y",
            "type='none',\(time),when=ok=No,when=note=x",
            "type='empty',\(time),when=id=", "type='absent',\(time),when=nothing=")
        #expect(run.events.map(\.type) == ["all", "yes", "absent", "all", "no", "empty", "absent"])
        #expect(run.counts.rows == 2 && run.counts.rejected == 0)
    }

    @Test func `a row that one of the mappings cannot use gives no event at all`() throws {
        let run = try ImportRun(
            "a,b\n1,2\n3,x\n5,6\n", map: "type='first',time=a", "type='second',time=b")
        #expect(run.events.map(\.type) == ["first", "second", "first", "second"])
        #expect(run.rejected.map(\.line) == [3])
    }

    @Test func `names by default give way to what is named`() throws {
        let line = "{\"type\":\"a\",\"time\":1,\"timestamp\":2,\"ts\":3,\"id\":\"i\",\"x\":4}"
        let plain = try #require(try ImportRun(line).events.first)
        #expect(plain.time == Timestamp(seconds: 1) && plain.id == .text("i"))
        #expect(plain.attributes.map(\.name) == ["timestamp", "ts", "x"])
        let mapped = try #require(try ImportRun(line, map: "began=time,key=id,*").events.first)
        #expect(mapped.time == Timestamp(seconds: 2) && mapped.id == nil)
        #expect(mapped.attributes.map(\.name) == ["began", "key", "ts", "x"])
        let own = try #require(try ImportRun(line, map: "time=ts,id=x,*").events.first)
        #expect(own.time == Timestamp(seconds: 3) && own.id == .text("4"))
        #expect(own.attributes.map(\.name) == ["id", "time", "timestamp"])
    }

    @Test func `a nested member is a source like any other`() throws {
        let line = "{\"e\":{\"kind\":\"a\",\"at\":{\"ms\":1500}},\"x\":{\"y\":1}}"
        let run = try ImportRun(line, map: "type=e.kind,time=e.at.ms:timestamp:ms,z=x.y,*")
        #expect(
            run.events == [
                Event(
                    type: "a", time: Timestamp(microseconds: 1_500_000),
                    attributes: [Attribute("z", .int64(1))])
            ])
    }

    @Test func `an attribute takes the type that the mapping wants, or another beside it`() throws {
        let text = "type,time,x\na,1,5\na,1,5.5\na,1,word\na,1,true\n"
        func values(_ type: String) throws -> [AttributeValue?] {
            try ImportRun(text, map: "y=x:\(type),*").events.map { $0["y"] }
        }
        #expect(
            try values("string") == [
                .string("5"), .string("5.5"), .string("word"), .string("true"),
            ])
        #expect(try values("int64") == [.int64(5), .float64(5.5), .string("word"), .bool(true)])
        #expect(
            try values("float64") == [.float64(5), .float64(5.5), .string("word"), .bool(true)])
        #expect(try values("bool") == [.int64(5), .float64(5.5), .string("word"), .bool(true)])
        #expect(try values("timestamp:s")[0] == .timestamp(Timestamp(seconds: 5)))
    }

    @Test(arguments: [
        ("", "'': expected FIELD=SOURCE or '*', found ''"),
        ("type", "'type': expected FIELD=SOURCE or '*', found ''"),
        ("a=", "'a': the source is missing"), ("a=:int64", "'a': the source is missing"),
        ("a=b,", "'': expected FIELD=SOURCE or '*', found ''"),
        ("a=b,,c=d", "'': expected FIELD=SOURCE or '*', found ',c=d'"),
        ("=b", "'': expected FIELD=SOURCE or '*', found '=b'"),
        ("a='x", "the quote before 'x' is not closed"),
        ("a=\"x", "the quote before 'x' is not closed"),
        ("a=\"b\"c", "expected ',' before 'c'"), ("a='b' c=d", "expected ',' before 'c=d'"),
        (
            "a=b:int65",
            "'a': type 'int65' is none of bool, int64, float64, string, timestamp, uuid, ip_prefix"
        ),
        ("a=b,a=c", "'a' is given twice"), ("*,*", "'*' is given twice"),
        ("type=b:int64", "'type' takes no ':int64' but 'snake'"),
        ("time=b:string", "'time' has the type timestamp, not 'string'"),
        ("id=b:string", "'id' takes no type"),
        ("a=b:string:x", "'a': only the type timestamp takes a format"),
        ("$a=b", "'$a' cannot name an attribute: 1 to 128 bytes, no '$' in front"),
        ("when=x", "'when' needs COLUMN=VALUE"),
        ("time=b:timestamp:%H", "time pattern '%H' does not give year, month and day"),
        (Array(repeating: "when=a=b", count: 9).joined(separator: ","), "at most 8 times 'when'"),
    ])
    func `a mapping that cannot be used is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: MappingError.self) { try ColumnMapping(text) }
        #expect(error?.description == reason)
    }

    @Test func `an attribute's name may have 128 bytes`() throws {
        let name = String(repeating: "ü", count: 64)
        _ = try ColumnMapping("\(name)=x")
        #expect(throws: MappingError.self) { try ColumnMapping("\(name)n=x") }
    }
}
