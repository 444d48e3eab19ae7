import AuraCore
import AuraTesting
import Testing

@testable import AuraImport

@Suite struct GzipSourceTests {
    private static let text = Array(
        (0..<400).map { "{\"type\":\"a\",\"time\":\($0),\"n\":\($0 % 7)}\n" }.joined().utf8)

    private func inflated(_ bytes: [UInt8], block: Int = .max, piece: Int = 4_096) throws -> [UInt8]
    {
        var source = GzipSource(MemorySource(bytes, blockSize: block))
        return try source.all(piece)
    }

    @Test(arguments: [0, 1, 6, 9] as [Int32])
    func `a file of one member is inflated, whatever the pieces`(level: Int32) throws {
        let file = Gzip.member(GzipSourceTests.text, level: level)
        for block in [1, 2, 3, 10, 17, 18, 19, 1_000, .max] {
            for piece in [1, 7, 100_000] {
                let bytes = try inflated(file, block: block, piece: piece)
                #expect(bytes == GzipSourceTests.text, "blocks of \(block), pieces of \(piece)")
            }
        }
    }

    @Test(arguments: 0..<20)
    func `members follow one another, empty ones and padding among them`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var file: [UInt8] = []
        var expected: [UInt8] = []
        for _ in 0..<1 + random.below(6) {
            let bytes = random.chance(20) ? [] : random.bytes(random.below(70_000))
            expected += bytes
            file += Gzip.member(bytes, level: Int32(random.below(10)))
        }
        file += [UInt8](repeating: 0, count: random.chance(50) ? random.below(70_000) : 0)
        let block = random.element(of: [1, 2, 3, 100, 65_536, .max])
        let bytes = try inflated(file, block: block, piece: 1 + random.below(10_000))
        #expect(bytes == expected, "seed \(seed)")
    }

    @Test func `what is no gzip passes through`() throws {
        for bytes in [[], [0x1F], [0x1F, 0x8A], [0x8B, 0x1F, 1], GzipSourceTests.text] {
            for block in [1, 2, .max] {
                #expect(try inflated(bytes, block: block, piece: 3) == bytes)
            }
        }
        #expect(try inflated(Gzip.member([])) == [])
    }

    @Test func `a file that is cut anywhere is refused`() throws {
        let first = Gzip.member(Array("first ".utf8))
        let file = first + Gzip.member(Array("second".utf8))
        for size in 2..<file.count where size != first.count {
            for block in [1, .max] {
                #expect(throws: InputError.self, "\(size) bytes") {
                    try inflated(Array(file[..<size]), block: block)
                }
            }
        }
        #expect(try inflated(first) == Array("first ".utf8))
    }

    @Test func `what follows the last member is zeros or an error`() {
        let file = Gzip.member([1, 2, 3])
        for tail in [[1], [0x1F], [0x1F, 0x8C], [0, 0, 1], [0, 0x1F, 0x8B]] as [[UInt8]] {
            for block in [1, .max] {
                #expect(throws: InputError.self, "\(tail)") {
                    try inflated(file + tail, block: block)
                }
            }
        }
    }

    @Test func `every bit that is wrong is found, or changes nothing`() throws {
        let content = Array("type,time\na,1\nb,2\n".utf8)
        let file = Gzip.member(content)
        // The first two bytes say that it is gzip at all.
        for bit in 16..<file.count * 8 {
            var damaged = file
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                #expect(try inflated(damaged) == content, "bit \(bit)")
            } catch is InputError {
                continue
            }
        }
    }

    @Test func `a small file that inflates to one huge line costs one row`() throws {
        let good = Array("{\"type\":\"a\",\"time\":1}\n".utf8)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 40 << 20)
        let file = Gzip.member(good + line + [0x0A] + good)
        #expect(file.count < 100_000)
        let run = try ImportRun(GzipSource(MemorySource(file)))
        #expect(run.events.count == 2)
        #expect(run.rejected.map(\.line) == [2])
        #expect(run.rejected.map(\.reason) == ["the row has more than 4194304 bytes"])
        #expect(run.rejected.map(\.text.count) == [Limits.batchBytes])
    }

    @Test func `an import of a damaged file stops with what is wrong, and resumes when mended`()
        throws
    {
        let file = Gzip.member(GzipSourceTests.text, level: 0)
        var damaged = file
        damaged[file.count - 8] ^= 1
        var options = ImportOptions()
        options.batchRows = 150
        var importer = Importer(GzipSource(MemorySource(damaged)), options: options)
        var batches: [ImportedBatch] = []
        var error: InputError?
        do throws(InputError) {
            while let batch = try importer.next() { batches.append(batch) }
        } catch let found {
            error = found
        }
        #expect(error == .compression(reason: "is damaged (zlib error -3)"))
        #expect(batches.count == 2)
        let position = try #require(batches.last?.position)
        let rest = try ImportRun(GzipSource(MemorySource(file)), from: position) {
            $0.batchRows = 150
        }
        let whole = try ImportRun(MemorySource(GzipSourceTests.text)) { $0.batchRows = 150 }
        #expect(batches + rest.batches == whole.batches)
    }
}
