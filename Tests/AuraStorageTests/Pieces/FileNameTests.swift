import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct FileNameTests {
    private let numbers: [UInt64] = [0, 1, 9, 10, 0xABC, 1 << 32, .max - 1, .max]

    @Test func `each name gives its number back, and no other kind's`() {
        var random = SeededRandom(seed: 3)
        for number in numbers + (0..<200).map({ _ in random.next() }) {
            let names = [
                FileName.manifest(number), FileName.segment(number), FileName.spare(number),
                FileName.unfinished(number), FileName.checkpoint(number), FileName.index(number),
            ]
            let readers = [
                FileName.manifestNumber, FileName.segmentNumber, FileName.spareNumber,
                FileName.unfinishedNumber, FileName.checkpointNumber, FileName.indexNumber,
            ]
            for (kind, name) in names.enumerated() {
                for (other, reader) in readers.enumerated() {
                    #expect(reader(name) == (kind == other ? number : nil), "\(name)")
                }
            }
        }
    }

    @Test func `names are those of the documents`() {
        #expect(FileName.manifest(1) == "MANIFEST-0000000000000001")
        #expect(FileName.segment(0xABC) == "0000000000000abc.log")
        #expect(FileName.spare(.max) == "ffffffffffffffff.spare")
        #expect(FileName.index(7) == "INDEX-0000000000000007")
        #expect(FileName.unfinished(16) == "0000000000000010.new")
    }

    @Test func `names sort as their numbers do`() {
        let sorted = numbers.sorted().map(FileName.segment)
        #expect(sorted.sorted() == sorted)
    }

    @Test(arguments: [
        "", ".log", "1.log", "000000000000001.log", "00000000000000001.log",
        "0000000000000ABC.log", "+000000000000001.log", "-000000000000001.log",
        "000000000000000g.log", " 000000000000001.log", "0000000000000001.log ",
        "0000000000000001.LOG", "0000000000000001", "０000000000000001.log",
        "000000000000000é.log",
    ])
    func `what only looks like a segment's name is none`(name: String) {
        #expect(FileName.segmentNumber(name) == nil)
    }

    @Test(arguments: [
        "MANIFEST-", "MANIFEST-1", "manifest-0000000000000001", "MANIFEST-000000000000000A",
        "MANIFEST-0000000000000001.new", "../MANIFEST-0000000000000001",
    ])
    func `what only looks like a manifest's name is none`(name: String) {
        #expect(FileName.manifestNumber(name) == nil)
    }
}
