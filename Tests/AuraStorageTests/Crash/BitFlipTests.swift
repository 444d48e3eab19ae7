import AuraCore
import AuraTesting
import Synchronization
import Testing

@testable import AuraStorage

/// One wrong bit in a segment, seen by the reader of that place: none is read as data.
@Suite struct BitFlipTests {
    @Test func `every bit of a segment counts`() throws {
        let segment = try RottenSegment(size: 64 << 10, largestGroup: 12 << 10, seed: 1)
        let clock = ContinuousClock()
        let start = clock.now
        let bits = 0..<segment.size * 8
        for bit in bits { try segment.expectFound(bit) }
        print("bits of a segment of 64 KiB: \(bits.count) in \(clock.now - start)")
    }

    @Test func `random bits of a segment of full size count`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let size = Int(Storage.Options(incarnation: 1).segmentSize)
        let segment = try RottenSegment(size: size, largestGroup: 96 << 10, seed: random.next())
        let count = Effort.isLong ? 1_000_000 : 4_000
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<count {
            do { try segment.expectFound(random.below(size * 8)) } catch {
                throw Violation("seed \(seed): \(error)")
            }
        }
        let time = clock.now - start
        print("random bits of \(size >> 20) MiB in \(segment.groups) groups: \(count) in \(time)")
    }
}

/// A segment in memory of which one bit is wrong.
private struct RottenSegment {
    /// A group, and the chain before it.
    private struct Place {
        let range: Range<Int>
        let chain: GroupChain

        var offset: Int64 { Int64(range.lowerBound) }
    }

    private let file: RottenFile
    private let segment: GroupFile
    private var places: [Place] = []
    /// Index + 1 of the place that each page belongs to; 0 for none.
    private var owners: [Int]

    var size: Int { file.bytes.count }
    var groups: Int { places.count }

    /// A segment filled with groups of up to that many bytes; the last page stays blank.
    init(size: Int, largestGroup: Int, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let incarnation = random.next()
        let header = SegmentHeader(
            .log, incarnation: incarnation, number: 1, fileSize: Int64(size))
        var bytes = header.encoded()
        bytes.reserveCapacity(size)
        var sent = SentBatches()
        for padding in [0, 1, 100, 1_000, 3_000] {
            _ = sent.make(rows: 2, padding: padding, client: nil, number: 0, sentAt: 0)
        }
        var chain = GroupChain()
        while bytes.count + largestGroup + 2 * SegmentHeader.size <= size {
            let content = random.below(largestGroup - Limits.groupAlignment)
            var group = RottenSegment.group(content, sent, from: chain.nextSequence, &random)
            var header = GroupHeader()
            header.number = chain.nextNumber
            header.file = 1
            header.offset = Int64(bytes.count)
            header.firstSequence = chain.nextSequence
            header.syncedNumber = chain.lastNumber
            header.previous = chain.previous
            group.seal(&header, incarnation: incarnation)
            places.append(
                Place(range: bytes.count..<bytes.count + header.groupSize, chain: chain))
            bytes += group.bytes
            chain.advance(over: header, incarnation: incarnation)
        }
        bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
        owners = Array(repeating: 0, count: size / Limits.groupAlignment)
        for (index, place) in places.enumerated() {
            for page in stride(
                from: place.range.lowerBound, to: place.range.upperBound,
                by: Limits.groupAlignment)
            { owners[page / Limits.groupAlignment] = index + 1 }
        }
        file = RottenFile(bytes)
        segment = try GroupFile(file, .log, number: 1, name: "segment")
        try expectSound()
    }

    /// A group of records that take that many bytes, or one record more.
    private static func group(
        _ size: Int, _ sent: SentBatches, from first: UInt64, _ random: inout SeededRandom
    ) -> CommitGroup {
        var group = CommitGroup()
        var sequence = first
        repeat {
            let known = random.element(of: sent.batches)
            var record = RecordHeader(.append)
            record.firstSequence = sequence
            record.rowCount = known.batch.rowCount
            record.clientHash = known.hash
            record.payloadHash = known.hash
            group.append(record, payload: known.batch.bytes, layout: known.batch.layout)
            sequence += UInt64(known.batch.rowCount)
        } while group.size < size
        return group
    }

    /// Without a wrong bit each group is read, and behind the last all is blank.
    private func expectSound() throws {
        file.turn(nil)
        for place in places {
            guard case .group = try segment.read(at: place.offset, after: place.chain) else {
                throw Violation("the group at \(place.offset) is not read")
            }
        }
        let rest = try segment.survey(from: places.last.map { Int64($0.range.upperBound) } ?? 0)
        guard rest.end == rest.start, rest.start < size else {
            throw Violation("no blank end")
        }
    }

    /// Throws if the reader of that bit's place takes what it reads for sound.
    func expectFound(_ bit: Int) throws {
        file.turn(bit)
        let page = bit / 8 / Limits.groupAlignment
        if page == 0 { return try expectHeaderFound(bit) }
        guard owners[page] > 0 else {
            let start = Int64(page * Limits.groupAlignment)
            let rest = try segment.survey(from: start, to: start + Int64(Limits.groupAlignment))
            if rest.end == rest.start { throw Violation("bit \(bit) is blank") }
            return
        }
        let place = places[owners[page] - 1]
        do throws(StorageError) {
            guard case .damaged = try segment.read(at: place.offset, after: place.chain) else {
                throw .closed
            }
        } catch {
            guard error.isNamed else { throw Violation("bit \(bit) is read as data") }
        }
    }

    private func expectHeaderFound(_ bit: Int) throws {
        do throws(StorageError) {
            _ = try SegmentHeader(file, .log, number: 1, name: "segment")
        } catch {
            guard error.isNamed else { throw Violation("bit \(bit): \(error)") }
            return
        }
        throw Violation("bit \(bit) of the file header is not found")
    }
}

/// A file in memory, read with one bit the other way round.
private final class RottenFile: File {
    let bytes: [UInt8]
    private let bit = Atomic(-1)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The wrong bit from now on.
    func turn(_ bit: Int?) {
        self.bit.store(bit ?? -1, ordering: .relaxed)
    }

    func size() -> Int64 { Int64(bytes.count) }

    func read(at offset: Int64, count: Int) -> [UInt8] {
        let range = Int(offset)..<min(bytes.count, Int(offset) + count)
        var copy = Array(bytes[range])
        let bit = bit.load(ordering: .relaxed)
        if bit >= 0, range.contains(bit / 8) {
            copy[bit / 8 - range.lowerBound] ^= 1 << UInt8(bit % 8)
        }
        return copy
    }

    func write(_ bytes: RawSpan, at offset: Int64) throws(FileSystemError) {
        throw FileSystemError(.write, "segment", .readOnly)
    }

    func sync() throws(FileSystemError) {
        throw FileSystemError(.sync, "segment", .readOnly)
    }
}
