import AuraStorage
import AuraTesting
import Testing

/// The same random operations on the machine and in the simulation have the same outcomes.
@Suite struct FileSystemAgreementTests {
    @Test(arguments: 0..<25)
    func `random operations end alike on both file systems`(_ seed: Int) throws {
        let outcomes = try Implementation.allCases.map { kind in
            try kind.withDirectory { files, root in
                var player = Player(files, root, SeededRandom(seed: UInt64(seed)))
                return (0..<250).map { _ in player.step() }
            }
        }
        for (index, (posix, simulated)) in zip(outcomes[0], outcomes[1]).enumerated()
        where posix != simulated {
            Issue.record("seed \(seed) step \(index): posix \(posix), simulated \(simulated)")
            return
        }
        // A run of nothing but refusals would prove nothing.
        #expect(outcomes[0].count { !$0.contains("refused") } > 80)
    }
}

/// Draws operations and tells what came of each.
private struct Player {
    private let files: any FileSystem
    private let root: String
    private var random: SeededRandom
    private var open: [any File] = []
    private var locks: [any FileLock] = []

    init(_ files: any FileSystem, _ root: String, _ random: SeededRandom) {
        self.files = files
        self.root = root
        self.random = random
    }

    mutating func step() -> String {
        let kind = random.below(14)
        let (path, target) = (drawPath(), drawPath())
        let mode = random.element(of: [FileOpenMode.read, .update, .create, .create])
        let offset = Int64(random.below(12_000))
        let bytes = [UInt8](repeating: UInt8(random.below(256)), count: random.below(9000))
        let handle = random.below(6)
        do throws(FileSystemError) {
            switch kind {
            case 0:
                let directory = drawDirectory()
                try files.createDirectory(directory)
                return "made \(directory.dropFirst(root.count))"
            case 1: return "list \(try files.list(random.chance(80) ? drawDirectory() : path))"
            case 2, 3: return try openFile(path, mode)
            case 4: return "exists \(try files.exists(path))"
            case 5: try files.rename(path, to: target)
            case 6: try files.remove(path)
            case 7: try files.syncDirectory(random.chance(80) ? drawDirectory() : path)
            case 8: return try lock(path)
            default:
                guard handle < open.count else { return "no file" }
                return try use(open[handle], kind, offset, bytes)
            }
            return "done \(kind)"
        } catch {
            return "refused \(error.operation) \(error.path.dropFirst(root.count)) \(error.reason)"
        }
    }

    private mutating func openFile(
        _ path: String, _ mode: FileOpenMode
    ) throws(FileSystemError)
        -> String
    {
        let file = try files.open(path, mode)
        if open.count < 5 { open.append(file) } else { open[random.below(5)] = file }
        return "opened"
    }

    private mutating func lock(_ path: String) throws(FileSystemError) -> String {
        if locks.count == 3 { locks.remove(at: random.below(3)) }
        locks.append(try files.lock(path, random.chance(50) ? .shared : .exclusive))
        return "locked"
    }

    private func use(
        _ file: any File, _ kind: Int, _ offset: Int64, _ bytes: [UInt8]
    ) throws(FileSystemError) -> String {
        switch kind {
        case 9: return "size \(try file.size())"
        case 10: try file.sync()
        case 11, 12: try file.put(bytes, at: offset)
        default: return "read \(try file.read(at: offset, count: bytes.count).hashValue)"
        }
        return "used"
    }

    /// A path to a file that may be missing, or to one below a file.
    private mutating func drawPath() -> String {
        let name = random.element(of: ["f", "g", "h"])
        if random.chance(6) { return drawDirectory() + "/f/\(name)" }
        return drawDirectory() + "/\(name)"
    }

    private mutating func drawDirectory() -> String {
        root + random.element(of: ["", "", "/d", "/d/e", "/c"])
    }
}
