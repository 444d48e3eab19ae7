import AuraCore
import AuraTesting
import Testing

@testable import AuraImport

/// Damaged inputs: nothing traps, hangs or grows without bound, and what comes out is right.
@Suite struct ImportFuzzTests {
    private static let json = Array(
        """
        {"type":"a","time":1700000000,"id":"x","n":12345678901234567,"f":2.5e3,"ok":true}
        {"type":"b","time":"2024-03-31T14:05:09.25+02:00","o":{"p":{"q":"\\u00e9\\ud83d\\ude00"}}}
        {"type":"a","ts":1,"list":[1,"x",null,{"y":[]}],"ip":"192.0.2.17","none":null}

        {"time":3,"type":"c","n":18446744073709551615,"session":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}
        """.utf8)
    private static let csv = Array(
        """
        type,time,"no,te",n,o.p,ip\r
        a,2024-03-31,"x ""y"" z",1,true,192.0.2.1\r
        b,1700000000,"line
        end",2.5,,::1\r

        a,2024-03-31T14:05+02:00,,18446744073709551615,6ba7b810-9dad-11d1-80b4-00c04fd430c8,\r
        c,5,plain,007,false,x
        """.utf8)
    private static let mappings = [
        "*", "type='t',*", "type=type:snake,time=time:timestamp:iso@+02:00,n=n:string,*",
        "type=o.p,time=n:timestamp:ms", "when=type=a,*",
        "x=type,y=type:int64,z=\"no,te\":timestamp,*",
    ]

    private func options(_ random: inout SeededRandom) throws -> ImportOptions {
        var options = ImportOptions()
        options.rowBytes = random.element(of: [64, 200, 100_000])
        options.blockBytes = random.element(of: [64, 100, 4_096])
        options.batchRows = 1 + random.below(5)
        options.format = random.element(
            of: [.automatic, .automatic, .ndjson, .csv(delimiter: nil), .csv(delimiter: 0x3B)])
        options.mappings = try (0...random.below(2)).map { _ in
            try ColumnMapping(random.element(of: ImportFuzzTests.mappings))
        }
        return options
    }

    /// What an import gave until its end or its error.
    private struct Outcome: Equatable {
        var batches: [ImportedBatch] = []
        var rejected: [RejectedRow] = []
        var counts = Int64(0)
        var error: InputError?

        init(
            _ bytes: [UInt8], block: Int, _ options: ImportOptions,
            from position: ImportPosition? = nil
        ) {
            let source = GzipSource(MemorySource(bytes, blockSize: block))
            var importer = Importer(source, options: options, from: position)
            do throws(InputError) {
                while let batch = try importer.next(reject: { rejected.append($0) }) {
                    batches.append(batch)
                }
            } catch {
                self.error = error
            }
            counts = importer.counts.rows
        }
    }

    @Test(arguments: 0..<20)
    func `a damaged input gives valid batches, the same in any pieces and after resuming`(
        seed: Int
    ) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var mutator = Mutator(seed: UInt64(seed))
        var eventCount = 0
        for round in 0..<Effort.count(60) {
            let isJSON = random.chance(50)
            var bytes = mutator.mutate(
                isJSON ? ImportFuzzTests.json : ImportFuzzTests.csv,
                donor: random.chance(50) ? ImportFuzzTests.json : ImportFuzzTests.csv)
            if random.chance(20) {
                bytes = Gzip.member(bytes)
                if random.chance(50) { bytes = mutator.mutate(bytes) }
            }
            let options = try options(&random)
            let whole = Outcome(bytes, block: .max, options)
            for batch in whole.batches {
                let events = try EventBatch(validating: batch.bytes).events()
                try #require(events.count == batch.eventCount, "seed \(seed), round \(round)")
                eventCount += events.count
            }
            let isPlain = options.mappings.count == 1 && options.mappings[0].conditions.isEmpty
            if isPlain, whole.error == nil {
                let events = whole.batches.reduce(0) { $0 + $1.eventCount }
                try #require(
                    whole.counts == Int64(events + whole.rejected.count),
                    "seed \(seed), round \(round)")
            }
            let pieces = Outcome(bytes, block: 1 + random.below(50), options)
            if whole.error != nil {
                // How much is inflated before damage is seen depends on the pieces.
                let common = min(pieces.batches.count, whole.batches.count)
                try #require(pieces.error == whole.error, "seed \(seed), round \(round)")
                try #require(
                    pieces.batches.prefix(common) == whole.batches.prefix(common),
                    "seed \(seed), round \(round)")
                continue
            }
            try #require(pieces == whole, "seed \(seed), round \(round)")
            guard !whole.batches.isEmpty else { continue }
            let index = random.below(whole.batches.count)
            let position = whole.batches[index].position
            let rest = Outcome(bytes, block: 1 + random.below(50), options, from: position)
            try #require(
                rest.batches == Array(whole.batches.dropFirst(index + 1)),
                "seed \(seed), round \(round), after batch \(index)")
            try #require(
                rest.rejected == whole.rejected.filter { $0.offset >= position.offset },
                "seed \(seed), round \(round), after batch \(index)")
        }
        #expect(eventCount > 0)
    }

    @Test(arguments: 0..<4)
    func `a damaged mapping is refused or puts rows into events`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var mutator = Mutator(seed: UInt64(seed))
        let line = MemorySource(Array("{\"type\":\"a\",\"time\":1,\"n\":\"x\"}\n".utf8))
        var usedCount = 0
        for _ in 0..<Effort.count(500) {
            let text = Array(random.element(of: ImportFuzzTests.mappings).utf8)
            let donor = Array("when=a='b c',x=\"d\"\"e\":timestamp:%F@UTC".utf8)
            let damaged = String(decoding: mutator.mutate(text, donor: donor), as: UTF8.self)
            do {
                let mapping = try ColumnMapping(damaged)
                let run = try ImportRun(line) { $0.mappings = [mapping] }
                #expect(run.counts.rows == 1)
                usedCount += 1
            } catch let error as MappingError {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(usedCount > 0)
    }

    @Test(arguments: 0..<4)
    func `a damaged time or pattern is refused or gives a time within range`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var mutator = Mutator(seed: UInt64(seed))
        let patterns = [
            ("%Y-%m-%dT%H:%M:%S.%f%z", "2024-03-31T14:05:09.25+02:00"),
            ("%a %d %b %y %I:%M %p", "Sun 31 Mar 24 02:05 PM"), ("%s.%f", "-1700000000.25"),
            ("%j/%Y %e %%", "091/2024 3 %"), ("auto", "1700000000.25"),
            ("ns", "1700000000123456789"),
            ("iso@-03:30", "2024-03-31 14:05"),
        ]
        var readCount = 0
        for _ in 0..<Effort.count(2_000) {
            let (pattern, text) = random.element(of: patterns)
            let bytes = mutator.mutate(Array(text.utf8))
            let damaged =
                random.chance(50) ? mutator.mutate(Array(pattern.utf8)) : Array(pattern.utf8)
            do {
                let format = try TimeFormat(String(decoding: damaged, as: UTF8.self)) { _ in nil }
                guard let time = format.timestamp(of: bytes.rawSpan) else { continue }
                readCount += 1
                try #require(time.isRepresentable, "seed \(seed)")
            } catch let error as MappingError {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(readCount > 0)
    }
}
