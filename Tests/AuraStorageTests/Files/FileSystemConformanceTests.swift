import AuraStorage
import Testing

/// What every file system promises, on the machine and in the simulation.
@Suite struct FileSystemConformanceTests {
    @Test(arguments: Implementation.allCases)
    func `a directory is made with its parents, once or twice`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            #expect(try !files.exists("\(root)/a"))
            try files.createDirectory("\(root)/a/b/c/")
            try files.createDirectory("\(root)/a/b/c")
            try files.createDirectory("\(root)//a/./b")
            #expect(try files.exists("\(root)/a/b/c"))
            #expect(try files.list("\(root)/a") == ["b"])
            try files.put([1], in: "\(root)/a/file")
            #expect(
                throws: FileSystemError(.createDirectory, "\(root)/a/file", .alreadyExists)
            ) { try files.createDirectory("\(root)/a/file") }
            #expect(
                throws: FileSystemError(.createDirectory, "\(root)/a/file/x", .other(20))
            ) { try files.createDirectory("\(root)/a/file/x") }
        }
    }

    @Test(arguments: Implementation.allCases)
    func `names are listed bytewise, directories among them`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            #expect(try files.list(root).isEmpty)
            for name in ["b", "a", "Z", "ä", "aa", "10", "9"] {
                try files.put([], in: "\(root)/\(name)")
            }
            try files.createDirectory("\(root)/c")
            #expect(try files.list(root) == ["10", "9", "Z", "a", "aa", "b", "c", "ä"])
            #expect(throws: FileSystemError(.list, "\(root)/no", .notFound)) {
                try files.list("\(root)/no")
            }
            #expect(throws: FileSystemError(.list, "\(root)/a", .other(20))) {
                try files.list("\(root)/a")
            }
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a file is created once and opened when it exists`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let path = "\(root)/file"
            for mode in [FileOpenMode.read, .update] {
                #expect(throws: FileSystemError(.open, path, .notFound)) {
                    try files.open(path, mode)
                }
                #expect(throws: FileSystemError(.open, root, .other(21))) {
                    try files.open(root, mode)
                }
            }
            #expect(throws: FileSystemError(.open, "\(root)/no/file", .notFound)) {
                try files.open("\(root)/no/file", .create)
            }
            try files.put([1, 2, 3], in: path)
            for name in [path, root] {
                #expect(throws: FileSystemError(.open, name, .alreadyExists)) {
                    try files.open(name, .create)
                }
            }
            #expect(try files.open(path, .read).size() == 3)
            #expect(throws: FileSystemError(.open, "\(path)/x", .other(20))) {
                try files.open("\(path)/x", .create)
            }
        }
    }

    @Test(arguments: Implementation.allCases)
    func `existence covers files, directories and paths through files`(
        _ kind: Implementation
    ) throws {
        try kind.withDirectory { files, root in
            try files.put([], in: "\(root)/file")
            #expect(try files.exists(root))
            #expect(try files.exists("\(root)/file"))
            #expect(try !files.exists("\(root)/file/below"))
            #expect(try !files.exists("\(root)/no/way"))
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a write extends the file, with zeros where nothing was written`(
        _ kind: Implementation
    ) throws {
        try kind.withDirectory { files, root in
            let file = try files.open("\(root)/file", .create)
            #expect(try file.size() == 0)
            try file.put([7, 8], at: 10_000)
            #expect(try file.size() == 10_002)
            #expect(
                try file.read(at: 0, count: 20_000) == [UInt8](repeating: 0, count: 10_000) + [
                    7, 8,
                ]
            )
            try file.put([1, 2, 3], at: 4095)
            #expect(try file.read(at: 4094, count: 5) == [0, 1, 2, 3, 0])
            #expect(try file.size() == 10_002)
            try file.put([], at: 50_000)
            #expect(try file.size() == 10_002)
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a read is short at the end of the file and nowhere else`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let bytes = (0..<9000).map { UInt8($0 % 251) }
            let file = try files.put(bytes, in: "\(root)/file")
            #expect(try file.read(at: 0, count: 9000) == bytes)
            #expect(try file.read(at: 8990, count: 100) == [UInt8](bytes[8990...]))
            #expect(try file.read(at: 100, count: 8000) == [UInt8](bytes[100..<8100]))
            #expect(try file.read(at: 9000, count: 1).isEmpty)
            #expect(try file.read(at: 1 << 40, count: 1).isEmpty)
            #expect(try file.read(at: 5, count: 0).isEmpty)
            #expect(try file.read(at: 8999, count: 1 << 50) == [bytes[8999]])
            #expect(try file.read(at: 9001, count: 1 << 50).isEmpty)
            #expect(throws: FileSystemError(.read, "\(root)/file", .other(22))) {
                try file.read(at: -1, count: 1)
            }
            #expect(throws: FileSystemError(.write, "\(root)/file", .other(22))) {
                try file.put([1], at: -1)
            }
        }
    }

    @Test(arguments: Implementation.allCases)
    func `two openings of a file see one content`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let path = "\(root)/file"
            let writer = try files.put([1, 2, 3], in: path)
            let reader = try files.open(path, .read)
            try writer.put([9], at: 1)
            #expect(try reader.read(at: 0, count: 3) == [1, 9, 3])
            #expect(throws: FileSystemError(.write, path, .other(9))) {
                try reader.put([1], at: 0)
            }
            let updater = try files.open(path, .update)
            try updater.put([4], at: 3)
            #expect(try writer.size() == 4)
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a rename replaces its target and keeps open files open`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let (old, new) = ("\(root)/CURRENT", "\(root)/CURRENT.new")
            let replaced = try files.put([1], in: old)
            let moved = try files.put([2, 2], in: new)
            try files.rename(new, to: old)
            try files.syncDirectory(root)
            #expect(try files.list(root) == ["CURRENT"])
            #expect(try files.bytes(of: old) == [2, 2])
            #expect(try replaced.read(at: 0, count: 9) == [1])
            try moved.put([3], at: 2)
            #expect(try files.bytes(of: old) == [2, 2, 3])
            try files.rename(old, to: old)
            #expect(try files.bytes(of: old) == [2, 2, 3])

            try files.createDirectory("\(root)/d")
            try files.createDirectory("\(root)/e")
            try files.rename(old, to: "\(root)/d/x")
            #expect(try files.list(root) == ["d", "e"])
            #expect(throws: FileSystemError(.rename, old, .notFound)) {
                try files.rename(old, to: new)
            }
            #expect(throws: FileSystemError(.rename, "\(root)/d/x", .other(21))) {
                try files.rename("\(root)/d/x", to: "\(root)/e")
            }
            #expect(throws: FileSystemError(.rename, "\(root)/d/x", .notFound)) {
                try files.rename("\(root)/d/x", to: "\(root)/no/x")
            }
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a removed file is gone by name and there for who holds it`(
        _ kind: Implementation
    ) throws {
        try kind.withDirectory { files, root in
            let path = "\(root)/file"
            let file = try files.put([1], in: path)
            try files.remove(path)
            try files.syncDirectory(root)
            #expect(try !files.exists(path))
            try file.put([2], at: 1)
            try file.sync()
            #expect(try file.read(at: 0, count: 2) == [1, 2])
            #expect(throws: FileSystemError(.remove, path, .notFound)) { try files.remove(path) }
            #expect(throws: FileSystemError(.remove, root, .other(21))) { try files.remove(root) }
            try files.put([5], in: path)
            #expect(try files.bytes(of: path) == [5])
        }
    }

    @Test(arguments: Implementation.allCases)
    func `only a directory that exists can be synced`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            try files.put([1], in: "\(root)/file")
            try files.syncDirectory(root)
            #expect(throws: FileSystemError(.syncDirectory, "\(root)/no", .notFound)) {
                try files.syncDirectory("\(root)/no")
            }
            #expect(throws: FileSystemError(.syncDirectory, "\(root)/file", .other(20))) {
                try files.syncDirectory("\(root)/file")
            }
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a lock excludes others until it is released`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let path = "\(root)/LOCK"
            var lock: (any FileLock)? = try files.lock(path)
            let other = try files.lock("\(root)/OTHER")
            #expect(try files.list(root) == ["LOCK", "OTHER"])
            for _ in 0..<2 {
                #expect(throws: FileSystemError(.lock, path, .isLocked)) { try files.lock(path) }
            }
            #expect(lock != nil)
            lock = nil
            lock = try files.lock(path)
            #expect(throws: FileSystemError(.lock, path, .isLocked)) { try files.lock(path) }
            #expect(throws: FileSystemError(.lock, "\(root)/no/LOCK", .notFound)) {
                try files.lock("\(root)/no/LOCK")
            }
            #expect(throws: FileSystemError(.lock, root, .other(21))) { try files.lock(root) }
            withExtendedLifetime((lock, other)) {}
        }
    }

    @Test(arguments: Implementation.allCases)
    func `a shared lock excludes writers alone, and makes no file`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let path = "\(root)/LOCK"
            #expect(throws: FileSystemError(.lock, path, .notFound)) {
                try files.lock(path, .shared)
            }
            #expect(try files.list(root) == [])
            var writer: (any FileLock)? = try files.lock(path)
            #expect(throws: FileSystemError(.lock, path, .isLocked)) {
                try files.lock(path, .shared)
            }
            #expect(writer != nil)
            writer = nil
            var readers: [any FileLock] = []
            for _ in 0..<2 { readers.append(try files.lock(path, .shared)) }
            while !readers.isEmpty {
                #expect(throws: FileSystemError(.lock, path, .isLocked)) { try files.lock(path) }
                readers.removeLast()
            }
            writer = try files.lock(path)
            withExtendedLifetime(writer) {}
        }
    }

    @Test(arguments: Implementation.allCases)
    func `the lock of a directory names the directory in use`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            var lock: DirectoryLock? = try DirectoryLock(of: root, in: files)
            #expect(lock?.directory == root)
            #expect(try files.list(root) == ["LOCK"])
            let refusal = #expect(throws: FileSystemError(.lock, root, .isLocked)) {
                try DirectoryLock(of: root, in: files)
            }
            #expect(
                refusal?.description
                    == "cannot lock \(root): it is in use by another process; "
                    + "stop that process or choose another directory")
            lock = nil
            lock = try DirectoryLock(of: root, in: files)
            #expect(throws: FileSystemError(.lock, "\(root)/no/LOCK", .notFound)) {
                try DirectoryLock(of: "\(root)/no", in: files)
            }
            withExtendedLifetime(lock) {}
        }
    }

    @Test(arguments: Implementation.allCases)
    func `free space is known of what exists`(_ kind: Implementation) throws {
        try kind.withDirectory { files, root in
            let free = try files.freeBytes(root)
            #expect(free > 0)
            #expect(throws: FileSystemError(.freeBytes, "\(root)/no", .notFound)) {
                try files.freeBytes("\(root)/no")
            }
        }
    }
}
