import AuraStorage
import AuraTesting
import Testing

/// What goes wrong when it is told to.
@Suite struct SimulatedFaultTests {
    private typealias Images = SimulatedFileSystem.CrashImage

    /// A disk with a synced file of three ones, and that file.
    private func disk(capacity: Int64? = nil) throws -> (SimulatedFileSystem, any File) {
        let disk = SimulatedFileSystem(diskCapacity: capacity)
        let file = try disk.put([1, 1, 1], in: "/file")
        try disk.syncDirectory("/")
        return (disk, file)
    }

    @Test func `every call is counted and told`() throws {
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/d")
        let file = try disk.open("/d/a", .create)
        try file.put([1, 2, 3], at: 5)
        _ = try file.read(at: 1, count: 2)
        _ = try file.size()
        try file.sync()
        try disk.rename("/d/a", to: "/d/b")
        try disk.syncDirectory("/d")
        _ = try disk.exists("/d/a")
        #expect(throws: FileSystemError.self) { try disk.remove("/d/a") }
        _ = try disk.list("/d")
        _ = try disk.freeBytes("/d")
        let lock = try disk.lock("/d/LOCK")
        withExtendedLifetime(lock) {}
        #expect(disk.operationCount == 13)
        #expect(
            disk.operations.map(\.description) == [
                "createDirectory /d", "open /d/a (create)", "write /d/a [5, +3]",
                "read /d/a [1, +2]", "size /d/a", "sync /d/a", "rename /d/a → /d/b",
                "syncDirectory /d", "exists /d/a", "remove /d/a failed: notFound", "list /d",
                "freeBytes /d", "lock /d/LOCK (exclusive)",
            ])
        let mutations = disk.operations.indices.filter { disk.operations[$0].isMutation }
        #expect(mutations == [0, 1, 2, 5, 6, 7, 9, 12])
        _ = (try disk.peek("/d/b"), disk.files, disk.crash(image: .allKept))
        #expect(disk.operationCount == 13)
    }

    @Test func `one failure passes, a sticky one stays for what changes the disk`() throws {
        let (disk, file) = try disk()
        let start = disk.operationCount
        disk.failures = [.failOperation(index: start + 1, reason: .other(5))]
        try file.put([2], at: 0)
        #expect(throws: FileSystemError(.write, "/file", .other(5))) { try file.put([3], at: 0) }
        #expect(try file.read(at: 0, count: 3) == [2, 1, 1])
        try file.put([4], at: 0)

        disk.failures = [
            .failOperation(index: disk.operationCount, reason: .permissionDenied, sticky: true)
        ]
        #expect(throws: FileSystemError(.exists, "/x", .permissionDenied)) { try disk.exists("/x") }
        #expect(throws: FileSystemError(.write, "/file", .permissionDenied)) {
            try file.put([5], at: 0)
        }
        #expect(throws: FileSystemError(.open, "/x", .permissionDenied)) {
            try disk.open("/x", .create)
        }
        #expect(try !disk.exists("/x"))
        #expect(try file.read(at: 0, count: 3) == [4, 1, 1])
        disk.failures = []
        try file.put([5], at: 0)
    }

    @Test func `half of a short write arrives`() throws {
        let (disk, file) = try disk()
        disk.failures = [.shortWrite(index: disk.operationCount)]
        #expect(throws: FileSystemError(.write, "/file", .noSpace)) {
            try file.put([UInt8](repeating: 7, count: 1000), at: 3)
        }
        #expect(try disk.peek("/file") == [1, 1, 1] + [UInt8](repeating: 7, count: 500))
        disk.failures = [.shortWrite(index: disk.operationCount, reason: .other(5))]
        #expect(try file.size() == 503)
    }

    @Test func `a failed sync forgets, and the next one succeeds without`() throws {
        let (disk, file) = try disk()
        try file.put([2], at: 0)
        disk.failures = [.failOperation(index: disk.operationCount, reason: .other(5))]
        #expect(throws: FileSystemError(.sync, "/file", .other(5))) { try file.sync() }
        #expect(try file.read(at: 0, count: 3) == [2, 1, 1])
        try file.put([3], at: 1024)
        try file.sync()
        let zeros = [UInt8](repeating: 0, count: 1021)
        for image in [Images.allLost, .allKept, .zeroLength] {
            #expect(try disk.crash(image: image).peek("/file") == [1, 1, 1] + zeros + [3])
        }
        let seen = try Set((0..<50).map { try disk.crash(image: .reordered($0)).peek("/file") })
        #expect(seen == [[1, 1, 1] + zeros + [3], [2, 1, 1] + zeros + [3]])
    }

    @Test func `what a failed sync forgot is durable once it is written again and synced`() throws {
        let (disk, file) = try disk()
        try file.put([2], at: 0)
        disk.failures = [.failOperation(index: disk.operationCount, reason: .other(5))]
        #expect(throws: FileSystemError.self) { try file.sync() }
        try file.put([2], at: 0)
        try file.sync()
        for image in Images.twelve(seed: 1) {
            #expect(try disk.crash(image: image).peek("/file") == [2, 1, 1], "\(image)")
        }
    }

    @Test func `the size after a failed sync is durable with the next one, its bytes are not`()
        throws
    {
        let (disk, file) = try disk()
        try file.put([UInt8](repeating: 4, count: 2000), at: 512)
        disk.failures = [.failOperation(index: disk.operationCount, reason: .other(5))]
        #expect(throws: FileSystemError.self) { try file.sync() }
        #expect(try disk.crash(image: .allLost).peek("/file") == [1, 1, 1])
        try file.sync()
        let zeros = [UInt8](repeating: 0, count: 2509)
        #expect(try disk.crash(image: .allLost).peek("/file") == [1, 1, 1] + zeros)
        #expect(try disk.crash(image: .allKept).peek("/file") == [1, 1, 1] + zeros)
    }

    @Test func `a failed sync of a directory may be repeated`() throws {
        let (disk, _) = try disk()
        try disk.rename("/file", to: "/other")
        disk.failures = [.failOperation(index: disk.operationCount, reason: .other(5))]
        #expect(throws: FileSystemError(.syncDirectory, "/", .other(5))) {
            try disk.syncDirectory("/")
        }
        #expect(disk.crash(image: .allLost).files == ["/file"])
        try disk.syncDirectory("/")
        #expect(disk.crash(image: .allLost).files == ["/other"])
    }

    @Test func `a lost write reports success and never happened`() throws {
        let (disk, file) = try disk()
        disk.failures = [.loseWrite(index: disk.operationCount)]
        try file.put([2, 2, 2, 2], at: 0)
        try file.sync()
        #expect(try file.size() == 3)
        for image in Images.twelve(seed: 1) {
            #expect(try disk.crash(image: image).peek("/file") == [1, 1, 1], "\(image)")
        }
    }

    @Test func `a misdirected write lands elsewhere, or nowhere`() throws {
        let (disk, file) = try disk()
        let other = try disk.put([5, 5, 5], in: "/other")
        disk.failures = [
            .misdirectWrite(index: disk.operationCount, path: "/other", offset: 1),
            .misdirectWrite(index: disk.operationCount + 1, path: "/missing", offset: 0),
        ]
        try file.put([2], at: 0)
        try file.put([3], at: 0)
        #expect(try disk.peek("/file") == [1, 1, 1])
        #expect(try disk.peek("/other") == [5, 2, 5])
        try other.sync()
        try disk.syncDirectory("/")
        #expect(try disk.crash(image: .allLost).peek("/other") == [5, 2, 5])
    }

    @Test func `a page that cannot be read fails each read that touches it`() throws {
        let (disk, file) = try disk()
        try file.put([UInt8](repeating: 1, count: 3 * 4_096), at: 0)
        disk.failures = [.unreadable(path: "/file", offset: 4_096)]
        for (offset, count) in [(0, 4_097), (4_096, 1), (8_191, 1), (4_000, 9_000)] {
            #expect(throws: FileSystemError(.read, "/file", .other(5))) {
                try file.read(at: Int64(offset), count: count)
            }
        }
        #expect(try file.read(at: 0, count: 4_096).count == 4_096)
        #expect(try file.read(at: 8_192, count: 4_096).count == 4_096)
        try file.put([2], at: 4_096)
        disk.failures = []
        #expect(try file.read(at: 4_096, count: 2) == [2, 1])
    }

    @Test func `after a crash every call throws and changes nothing`() throws {
        let (disk, file) = try disk()
        try file.put([2], at: 0)
        disk.failures = [.crashAfter(operationCount: disk.operationCount)]
        #expect(throws: FileSystemError(.sync, "/file", .other(5))) { try file.sync() }
        #expect(throws: FileSystemError(.write, "/file", .other(5))) { try file.put([3], at: 0) }
        #expect(throws: FileSystemError(.read, "/file", .other(5))) {
            try file.read(at: 0, count: 1)
        }
        #expect(throws: FileSystemError(.exists, "/file", .other(5))) { try disk.exists("/file") }
        #expect(try disk.crash(image: .allLost).peek("/file") == [1, 1, 1])
        #expect(try disk.crash(image: .allKept).peek("/file") == [2, 1, 1])
        #expect(try disk.crash(image: .allKept).exists("/file"))
    }

    @Test func `a full disk takes what fits and has room again after a removal`() throws {
        let (disk, file) = try disk(capacity: 1000)
        #expect(try disk.freeBytes("/") == 997)
        try file.put([UInt8](repeating: 2, count: 900), at: 0)
        #expect(throws: FileSystemError(.write, "/file", .noSpace)) {
            try file.put([UInt8](repeating: 3, count: 200), at: 850)
        }
        #expect(try file.size() == 1000)
        #expect(try file.read(at: 849, count: 2) == [2, 3])
        #expect(try disk.freeBytes("/") == 0)
        try file.put([4, 4], at: 998)
        let other = try disk.open("/other", .create)
        #expect(throws: FileSystemError(.write, "/other", .noSpace)) { try other.put([1], at: 0) }
        #expect(throws: FileSystemError(.write, "/other", .noSpace)) { try other.put([1], at: 9) }
        #expect(try other.size() == 0)
        try disk.remove("/file")
        try other.put([UInt8](repeating: 1, count: 1000), at: 0)
        #expect(disk.crash(image: .allKept).diskCapacity == 1000)
    }

    @Test func `a read-only disk is read and nothing else`() throws {
        let (disk, file) = try disk()
        disk.isReadOnly = true
        #expect(try file.read(at: 0, count: 3) == [1, 1, 1])
        #expect(try disk.open("/file", .read).size() == 3)
        #expect(try disk.list("/") == ["file"])
        let refused: [(FileSystemError.Operation, String, () throws -> Void)] = [
            (.write, "/file", { try file.put([2], at: 0) }), (.sync, "/file", { try file.sync() }),
            (.open, "/file", { _ = try disk.open("/file", .update) }),
            (.open, "/x", { _ = try disk.open("/x", .create) }),
            (.rename, "/file", { try disk.rename("/file", to: "/x") }),
            (.remove, "/file", { try disk.remove("/file") }),
            (.syncDirectory, "/", { try disk.syncDirectory("/") }),
            (.createDirectory, "/x", { try disk.createDirectory("/x") }),
            (.lock, "/x", { _ = try disk.lock("/x") }),
        ]
        for (operation, path, body) in refused {
            #expect(throws: FileSystemError(operation, path, .readOnly)) { try body() }
        }
        disk.isReadOnly = false
        #expect(disk.files == ["/file"])
        try file.put([2], at: 0)
        try file.sync()
        #expect(try disk.crash(image: .allLost).peek("/file") == [2, 1, 1])
    }

    @Test func `rot reaches readers and every image`() throws {
        let (disk, file) = try disk()
        try file.put([9], at: 700)
        try disk.flipBit("/file", 8 + 2)
        try disk.flipBit("/file", 700 * 8)
        #expect(try file.read(at: 0, count: 3) == [1, 5, 1])
        #expect(try file.read(at: 700, count: 1) == [8])
        #expect(try disk.crash(image: .allLost).peek("/file") == [1, 5, 1])
        try disk.flipBit("/file", 8 + 2)
        #expect(try file.read(at: 0, count: 3) == [1, 1, 1])
        try disk.truncate("/file", to: 2)
        #expect(try file.size() == 2)
        for image in Images.twelve(seed: 3) {
            #expect(try disk.crash(image: image).peek("/file") == [1, 1], "\(image)")
        }
        try file.put([6], at: 4)
        #expect(try file.read(at: 0, count: 5) == [1, 1, 0, 0, 6])
        #expect(throws: FileSystemError(.write, "/no", .notFound)) { try disk.flipBit("/no", 0) }
    }

    @Test func `a file removed silently never comes back`() throws {
        let (disk, _) = try disk()
        try disk.rename("/file", to: "/moved")
        try disk.put([2], in: "/new")
        try disk.removeSilently("/moved")
        try disk.removeSilently("/new")
        #expect(try disk.list("/").isEmpty)
        for image in Images.twelve(seed: 4) {
            #expect(disk.crash(image: image).files.isEmpty, "\(image)")
        }
    }

    @Test func `threads share a disk`() async throws {
        let disk = SimulatedFileSystem()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let file = try disk.open("/\(index)", .create)
                    for step in 0..<100 {
                        try file.put(
                            [UInt8](repeating: UInt8(index), count: 100), at: Int64(step * 100))
                        if step % 10 == 0 { try file.sync() }
                    }
                    try file.sync()
                }
            }
            try await group.waitForAll()
        }
        try disk.syncDirectory("/")
        #expect(disk.operationCount == 8 * 112 + 1)
        let image = disk.crash(image: .allLost)
        for index in 0..<8 {
            #expect(try image.peek("/\(index)") == [UInt8](repeating: UInt8(index), count: 10_000))
        }
    }
}
