import AuraCore
import AuraFiles
import AuraTesting
import Testing

@testable import AuraClient

/// The files of a spool on a disk that crashes, fails and rots.
@Suite struct SpoolFilesTests {
    /// What was asked of a spool, and when it was durable.
    private struct Story {
        /// Batches that were durable after so many operations, and until when they were kept.
        var kept: [(hash: UInt64, from: Int, to: Int)] = []
        /// Every batch that was ever written.
        var written: Set<UInt64> = []
        let disk: SimulatedFileSystem

        /// Three openings, each with batches, a mark and a replacement.
        init(keepsHistory: Bool) throws {
            disk = SimulatedFileSystem(keepsHistory: keepsHistory)
            for _ in 0..<3 {
                var files = try SpoolWorld.open(disk)
                let first = files.nextID
                try write(3, to: &files)
                try files.sync()
                durable()
                // The second batch is divided, and the first half of it refused.
                let whole = try SpoolWorld.batch(first + 1, Int(first) * 100 + 100, 4)
                let halves = try #require(whole.halves)
                try files.append([
                    .replacement(whole.position, rowCount: 4, halves: halves),
                    .replacement(halves[0].position, rowCount: 2, halves: []),
                ])
                try files.sync()
                let now = disk.operationCount
                forget(whole.hash)
                kept.append((halves[1].hash, now, .max))
                written.formUnion(halves.map(\.hash))
                // Of what was stored, the next opening need not know.
                let mark = SpoolMark(
                    first: SpoolPosition(id: first, row: 0), number: first + 4, stored: first + 4,
                    incarnation: 9)
                try files.append([.mark(mark)])
                for hash in released(before: first) { forget(hash) }
                try write(2, to: &files)
                try files.sync()
                durable()
                try files.removeStable()
                try write(1, to: &files)
            }
        }

        private var pending: [UInt64] = []
        private var ids: [UInt64: UInt64] = [:]

        private mutating func write(_ count: Int, to files: inout SpoolFiles) throws {
            for _ in 0..<count {
                let id = files.nextID
                let batch = try SpoolWorld.batch(id, Int(id) * 100, 4)
                try files.append([.batch(batch, time: 1)])
                pending.append(batch.hash)
                ids[batch.hash] = id
                written.insert(batch.hash)
            }
        }

        private mutating func durable() {
            for hash in pending { kept.append((hash, disk.operationCount, .max)) }
            pending = []
        }

        private func released(before id: UInt64) -> [UInt64] {
            kept.map(\.hash).filter { (ids[$0] ?? id - 1) < id }
        }

        /// From the present operation on it may be there or not.
        private mutating func forget(_ hash: UInt64) {
            for index in kept.indices where kept[index].hash == hash && kept[index].to == .max {
                kept[index].to = disk.operationCount - 2
            }
        }
    }

    @Test func `a crash at any moment leaves all that was durable, in order`() throws {
        let story = try Story(keepsHistory: true)
        for moment in 0...story.disk.operationCount - 1 {
            for image in SimulatedFileSystem.CrashImage.twelve(seed: UInt64(moment)) {
                let disk = story.disk.crash(image: image, after: moment)
                let batches = try SpoolWorld.batches(on: disk)
                let hashes = batches.map(\.hash)
                #expect(Set(hashes).isSubset(of: story.written))
                #expect(batches.map(\.position) == batches.map(\.position).sorted())
                let due = story.kept.filter { $0.from <= moment && moment < $0.to }.map(\.hash)
                #expect(
                    Set(due).subtracting(hashes).isEmpty, "after operation \(moment), \(image)")
                // The opening is one like any other: it finds the same once more.
                #expect(try SpoolWorld.batches(on: disk).map(\.hash) == hashes)
            }
        }
    }

    @Test func `a bit that fell over is told, or changes nothing`() throws {
        let story = try Story(keepsHistory: false)
        let clean = story.disk.crash(image: .allKept)
        try {
            var files = try SpoolWorld.open(clean)
            try files.append([.batch(try SpoolWorld.batch(files.nextID, 7), time: 1)])
            try files.sync()
            try files.append([.promise])
            try files.sync()
        }()
        let expected = try SpoolWorld.batches(on: clean.crash(image: .allKept)).map(\.hash)
        var told = 0
        var bits = 0
        for path in clean.files where path.hasSuffix(".spool") {
            let size = try clean.peek(path).count
            for bit in stride(from: 0, to: size * 8, by: Effort.isLong ? 1 : 61) {
                let disk = clean.crash(image: .allKept)
                try disk.flipBit(path, bit)
                bits += 1
                do {
                    let found = try SpoolWorld.batches(on: disk).map(\.hash)
                    #expect(found == expected, "\(path), bit \(bit)")
                } catch is SpoolError {
                    told += 1
                }
            }
        }
        // What is not told: the last promise, and what lies behind what counts of a file.
        #expect(told > bits / 2, "\(told) of \(bits)")
    }

    @Test func `a file that is missing is told`() throws {
        let story = try Story(keepsHistory: false)
        let clean = story.disk.crash(image: .allKept)
        let paths = clean.files.filter { $0.hasSuffix(".spool") }
        #expect(paths.count > 1)
        let expected = try SpoolWorld.batches(on: clean.crash(image: .allKept)).map(\.hash)
        var told = 0
        for path in paths.dropLast() {
            let disk = clean.crash(image: .allKept)
            try disk.removeSilently(path)
            do {
                // One that holds nothing any more may go.
                #expect(try SpoolWorld.batches(on: disk).map(\.hash) == expected, "\(path)")
            } catch is SpoolError {
                told += 1
            }
        }
        #expect(told > 0)
    }

    @Test func `whatever operation fails, what is said to be durable is, and it goes on`() throws {
        let count = try play(on: SimulatedFileSystem()).operationCount
        for index in 0..<count {
            for short in [false, true] {
                let disk = SimulatedFileSystem()
                disk.failures = [
                    short
                        ? .shortWrite(index: index)
                        : .failOperation(index: index, reason: .other(5))
                ]
                try play(on: disk)
            }
        }
    }

    /// Writes and syncs ten batches, trying again what fails; a power failure shows what is durable.
    @discardableResult
    private func play(on disk: SimulatedFileSystem) throws -> SimulatedFileSystem {
        var files: SpoolFiles
        do { files = try SpoolWorld.open(disk) } catch { return disk }
        var durable: [UInt64] = []
        for number in 0..<10 {
            let batch = try SpoolWorld.batch(files.nextID, number)
            let records = [SpoolRecord.batch(batch, time: 1)]
            do { try files.append(records) } catch { try files.append(records) }
            do { try files.sync() } catch { try files.sync() }
            durable.append(batch.hash)
        }
        #expect(durable.count == 10)
        let found = try SpoolWorld.batches(on: disk.crash(image: .allLost)).map(\.hash)
        #expect(found == durable)
        return disk
    }
}
