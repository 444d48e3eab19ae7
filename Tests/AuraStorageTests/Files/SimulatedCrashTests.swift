import AuraStorage
import AuraTesting
import Testing

/// Which names and bytes survive which crash.
@Suite struct SimulatedCrashTests {
    private static let seeds: Range<UInt64> = 0..<200

    /// A durable directory on a new disk.
    private func disk() throws -> SimulatedFileSystem {
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/d")
        try disk.syncDirectory("/")
        return disk
    }

    private func images(_ seeds: Range<UInt64> = seeds) -> [SimulatedFileSystem.CrashImage] {
        [.allLost, .allKept, .zeroLength] + seeds.flatMap { [.random($0), .reordered($0)] }
    }

    @Test func `a synced file in a synced directory survives every crash`() throws {
        let disk = try disk()
        let bytes = (0..<5000).map { UInt8($0 % 253) }
        try disk.put(bytes, in: "/d/file")
        try disk.syncDirectory("/d")
        for image in images() {
            #expect(try disk.crash(image: image).peek("/d/file") == bytes, "\(image)")
        }
    }

    @Test func `what was not synced is lost, kept, or without length`() throws {
        let disk = try disk()
        let file = try disk.put([1, 2, 3], in: "/d/old")
        let created = try disk.open("/d/new", .create)
        try disk.syncDirectory("/d")
        try file.put([9, 9, 9, 9], at: 0)
        try created.put([5], at: 600)

        let lost = disk.crash(image: .allLost)
        #expect(try lost.peek("/d/old") == [1, 2, 3])
        #expect(try lost.peek("/d/new").isEmpty)
        let kept = disk.crash(image: .allKept)
        #expect(try kept.peek("/d/old") == [9, 9, 9, 9])
        #expect(try kept.peek("/d/new") == [UInt8](repeating: 0, count: 600) + [5])
        let short = disk.crash(image: .zeroLength)
        #expect(try short.peek("/d/old") == [1, 2, 3])
        #expect(try short.peek("/d/new").isEmpty)
    }

    @Test func `a synced file whose name was not synced may vanish, or not`() throws {
        let disk = try disk()
        try disk.put([1, 2, 3], in: "/d/file")
        #expect(disk.crash(image: .allLost).files.isEmpty)
        #expect(try disk.crash(image: .allKept).peek("/d/file") == [1, 2, 3])
        #expect(try disk.crash(image: .zeroLength).peek("/d/file") == [1, 2, 3])
        let there = try Self.seeds.map { seed in
            let image = disk.crash(image: .random(seed))
            let isThere = try image.exists("/d/file")
            if isThere { #expect(try image.peek("/d/file") == [1, 2, 3], "seed \(seed)") }
            return isThere
        }
        #expect(Set(there) == [true, false])
    }

    @Test func `a directory that was not synced takes all below it along`() throws {
        let disk = try disk()
        try disk.createDirectory("/d/e/f")
        try disk.put([1], in: "/d/e/f/file")
        try disk.syncDirectory("/d/e/f")
        try disk.syncDirectory("/d/e")
        #expect(try disk.crash(image: .allLost).list("/d").isEmpty)
        #expect(disk.crash(image: .allLost).files.isEmpty)
        try disk.syncDirectory("/d")
        #expect(disk.crash(image: .allLost).files == ["/d/e/f/file"])
    }

    @Test func `a rename is old or new, never both or neither`() throws {
        let disk = try disk()
        try disk.put([1], in: "/d/CURRENT")
        try disk.put([2], in: "/d/CURRENT.new")
        try disk.syncDirectory("/d")
        try disk.rename("/d/CURRENT.new", to: "/d/CURRENT")
        var seen: Set<[UInt8]> = []
        for image in images() {
            let after = disk.crash(image: image)
            let current = try after.peek("/d/CURRENT")
            #expect(after.files.count == (current == [1] ? 2 : 1), "\(image)")
            seen.insert(current)
        }
        #expect(seen == [[1], [2]])
        try disk.syncDirectory("/d")
        for image in images(0..<20) {
            let after = disk.crash(image: image)
            #expect(try after.peek("/d/CURRENT") == [2], "\(image)")
            #expect(after.files == ["/d/CURRENT"], "\(image)")
        }
    }

    @Test func `a file has one name whatever part of a chain of renames survives`() throws {
        let disk = try disk()
        try disk.put([1], in: "/d/a")
        try disk.syncDirectory("/d")
        for (source, target) in [("a", "b"), ("b", "c"), ("c", "d")] {
            try disk.rename("/d/\(source)", to: "/d/\(target)")
        }
        var seen: Set<String> = []
        for image in images() {
            let files = disk.crash(image: image).files
            #expect(files.count == 1, "\(image): \(files)")
            seen.formUnion(files)
        }
        #expect(seen == ["/d/a", "/d/b", "/d/c", "/d/d"])
    }

    @Test func `a rename between directories is durable once both are synced`() throws {
        for first in ["/d", "/e"] {
            let disk = try disk()
            try disk.createDirectory("/e")
            try disk.syncDirectory("/")
            try disk.put([1], in: "/d/file")
            try disk.syncDirectory("/d")
            try disk.rename("/d/file", to: "/e/file")
            try disk.syncDirectory(first)
            #expect(disk.crash(image: .allLost).files == ["/d/file"])
            #expect(disk.crash(image: .allKept).files == ["/e/file"])
            for image in images(0..<30) {
                #expect(disk.crash(image: image).files.count == 1, "\(image)")
            }
            try disk.syncDirectory(first == "/d" ? "/e" : "/d")
            for image in images(0..<10) {
                #expect(disk.crash(image: image).files == ["/e/file"], "\(image)")
            }
        }
    }

    @Test func `what builds on a rename between directories is never undone by it`() throws {
        let disk = try disk()
        try disk.createDirectory("/e")
        try disk.syncDirectory("/")
        try disk.put([1], in: "/d/file")
        try disk.syncDirectory("/d")
        try disk.rename("/d/file", to: "/e/file")
        try disk.rename("/e/file", to: "/e/last")
        try disk.syncDirectory("/e")
        for image in images() {
            #expect(disk.crash(image: image).files == ["/e/last"], "\(image)")
        }
    }

    @Test func `a removed file may come back until its directory is synced`() throws {
        let disk = try disk()
        try disk.put([1], in: "/d/file")
        try disk.syncDirectory("/d")
        try disk.remove("/d/file")
        #expect(disk.crash(image: .allLost).files == ["/d/file"])
        #expect(disk.crash(image: .allKept).files.isEmpty)
        let there = Set(Self.seeds.map { disk.crash(image: .random($0)).files.count })
        #expect(there == [0, 1])
        try disk.syncDirectory("/d")
        for image in images(0..<20) {
            #expect(disk.crash(image: image).files.isEmpty, "\(image)")
        }
    }

    @Test func `a name used again stands for the old file or the new`() throws {
        let disk = try disk()
        try disk.put([1], in: "/d/file")
        try disk.syncDirectory("/d")
        try disk.remove("/d/file")
        try disk.put([2], in: "/d/file")
        let seen = try Set(
            Self.seeds.map { seed in
                let image = disk.crash(image: .random(seed))
                return try image.exists("/d/file") ? try image.peek("/d/file") : []
            })
        #expect(seen == [[1], [2], []])
    }

    @Test func `a crash leaves the running disk and its locks alone`() throws {
        let disk = try disk()
        let lock = try disk.lock("/d/LOCK")
        let file = try disk.put([1], in: "/d/file")
        let image = disk.crash(image: .allKept)
        let fresh = try image.open("/d/file", .update)
        try fresh.put([2], at: 0)
        try file.put([3], at: 0)
        #expect(try disk.peek("/d/file") == [3])
        #expect(try image.peek("/d/file") == [2])
        let again = try image.lock("/d/LOCK")
        #expect(throws: FileSystemError(.lock, "/d/LOCK", .isLocked)) { try disk.lock("/d/LOCK") }
        withExtendedLifetime((lock, again)) {}
    }

    @Test func `what a crash left is durable for the next one`() throws {
        let disk = try disk()
        let file = try disk.put([UInt8](repeating: 1, count: 9000), in: "/d/file")
        try file.put([UInt8](repeating: 2, count: 9000), at: 3000)
        try disk.put([7], in: "/d/other")
        for image in images(0..<50) {
            let first = disk.crash(image: image)
            for second in [first.crash(image: .allLost), first.crash(image: .random(9))] {
                #expect(second.files == first.files, "\(image)")
                for path in first.files {
                    #expect(try second.peek(path) == (try first.peek(path)), "\(image)")
                }
            }
        }
    }

    @Test func `an image taken later is the one a crash at that operation would leave`() throws {
        let history = SimulatedFileSystem(keepsHistory: true)
        try workload(history)
        let count = history.operationCount
        #expect(count > 20)
        for crash in 0...count {
            let crashed = SimulatedFileSystem()
            crashed.failures = [.crashAfter(operationCount: crash)]
            if crash < count {
                #expect(throws: FileSystemError.self) { try workload(crashed) }
            } else {
                try workload(crashed)
            }
            for image in SimulatedFileSystem.CrashImage.twelve(seed: UInt64(crash)) {
                let (now, later) = (
                    crashed.crash(image: image), history.crash(image: image, after: crash)
                )
                #expect(now.files == later.files, "\(crash) \(image)")
                for path in now.files {
                    #expect(try now.peek(path) == (try later.peek(path)), "\(crash) \(image)")
                }
            }
        }
    }

    @Test func `a seed means the same image in every process`() throws {
        let disk = SimulatedFileSystem()
        try workload(disk)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for image in images(0..<10) {
            let after = disk.crash(image: image)
            for path in after.files {
                for byte in [UInt8](path.utf8) + (try after.peek(path)) {
                    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
                }
            }
        }
        #expect(hash == 1_851_540_409_144_786_830)
    }

    /// Leaves several files and names in doubt.
    private func workload(_ disk: SimulatedFileSystem) throws {
        var random = SeededRandom(seed: 11)
        try disk.createDirectory("/d/e")
        try disk.syncDirectory("/")
        var handles: [any File] = []
        for index in 0..<6 {
            let file = try disk.open("/d/file-\(index)", .create)
            try file.put(random.bytes(3000), at: 0)
            if index % 2 == 0 { try file.sync() }
            handles.append(file)
            if index == 3 { try disk.syncDirectory("/d") }
        }
        for _ in 0..<12 {
            try random.element(of: handles).put(random.bytes(700), at: Int64(random.below(6000)))
        }
        try handles[2].sync()
        try disk.rename("/d/file-0", to: "/d/e/file")
        try disk.remove("/d/file-1")
        try disk.rename("/d/file-4", to: "/d/file-2")
    }
}
