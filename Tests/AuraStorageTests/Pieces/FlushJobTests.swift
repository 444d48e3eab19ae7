import AuraCore
import AuraStorage
import AuraTesting
import Testing

@Suite struct FlushJobTests {
    @Test func `many events become several chunks, of times far away one more`() throws {
        var options = CareWorld.options()
        options.flushRows = 140
        let now: Int64 = 1_700_000_000_000_000
        var storage = try Storage(
            directory: CareWorld.directory, fileSystem: SimulatedFileSystem(), options: options,
            now: now)
        for number in Int64(0)..<7 {
            let events = (0..<70).map { row in
                let isFar = number == 3 && row == 0
                return Event(
                    type: "a",
                    time: Timestamp(microseconds: isFar ? 1 : now + number * 70 + Int64(row)))
            }
            try CareWorld.append(events, producer: 0, to: &storage)
        }
        let job = storage.beginFlush()
        let flushed = try #require(job).run()
        #expect(flushed.rowCount == 490)
        try storage.endFlush(flushed, now: now).remove()
        #expect(storage.snapshot.chunkCount == 4)
        #expect(storage.headBytes == 0)
        var sequences: [Int64] = []
        try storage.snapshot.forEachStrip { strip in
            sequences += (0..<Int64(strip.batch.rowCount)).map { Int64(strip.firstSequence) + $0 }
            return true
        }
        #expect(sequences.sorted() == Array(1...490))
        try storage.close(now: now)
    }

    @Test func `chunks with many texts have fewer rows, and are left alone once merged`() throws {
        var options = CareWorld.options()
        // 700 rows of 60 bytes and as many texts of 96 want twice as much.
        options.chunkLayout.workBytes = 55_000
        let now: Int64 = 1_700_000_000_000_000
        var storage = try Storage(
            directory: CareWorld.directory, fileSystem: SimulatedFileSystem(), options: options,
            now: now)
        for number in Int64(0)..<10 {
            let events = (Int64(0)..<70).map { row in
                Event(
                    type: "a", time: Timestamp(microseconds: now + number * 70 + row),
                    attributes: [
                        Attribute("text", .string("text \(number * 70 + row)")),
                        Attribute("other", .string("other \(number * 70 + row)")),
                    ])
            }
            try CareWorld.append(events, producer: 0, to: &storage)
        }
        let job = storage.beginFlush()
        try storage.endFlush(try #require(job).run(), now: now).remove()
        #expect(storage.snapshot.chunkCount == 2)
        var rounds = 0
        while let compaction = storage.beginCompaction(.full) {
            let compacted = try compaction.run()
            try storage.endCompaction(compacted, now: now)
            if compacted == nil { break }
            rounds += 1
            try #require(rounds < 3)
        }
        #expect(rounds == 1)
        #expect(storage.snapshot.chunkCount == 2)
        try storage.close(now: now)
    }
}
