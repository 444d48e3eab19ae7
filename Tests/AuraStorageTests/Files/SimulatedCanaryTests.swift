import AuraStorage
import AuraTesting
import Testing

/// The simulation has to catch the mistakes it was made for: each is planted here once.
@Suite struct SimulatedCanaryTests {
    /// What the little store below does wrong.
    enum Mistake: CaseIterable {
        case none, fileNotSynced, fileSyncedTooLate, directoryNotSynced, parentNotSynced
        case overwritesInPlace
    }

    /// Replaces the number in `CURRENT`, as durably as the mistake lets it.
    private func store(
        _ number: UInt8, in disk: SimulatedFileSystem, _ mistake: Mistake
    ) throws(FileSystemError) {
        let bytes = [UInt8](repeating: number, count: 1500)
        if mistake == .overwritesInPlace, try disk.exists("/d/CURRENT") {
            let file = try disk.open("/d/CURRENT", .update)
            try file.put(bytes, at: 0)
            try file.sync()
            return
        }
        let file = try disk.open("/d/CURRENT.new", .create)
        try file.put(bytes, at: 0)
        if mistake != .fileNotSynced && mistake != .fileSyncedTooLate { try file.sync() }
        try disk.rename("/d/CURRENT.new", to: "/d/CURRENT")
        if mistake == .fileSyncedTooLate { try file.sync() }
        if mistake != .directoryNotSynced { try disk.syncDirectory("/d") }
    }

    @Test(arguments: Mistake.allCases)
    func `a store without mistakes survives every crash, one with a mistake does not`(
        _ mistake: Mistake
    ) throws {
        let disk = SimulatedFileSystem(keepsHistory: true)
        var promised: [Int: UInt8] = [:]
        try disk.createDirectory("/d")
        if mistake != .parentNotSynced { try disk.syncDirectory("/") }
        for number in 1...4 as ClosedRange<UInt8> {
            try store(number, in: disk, mistake)
            promised[disk.operationCount] = number
        }
        var violations = 0
        var durable: UInt8 = 0
        for moment in 2...disk.operationCount {
            durable = promised[moment] ?? durable
            for image in SimulatedFileSystem.CrashImage.twelve(seed: UInt64(moment * 8)) {
                let after = disk.crash(image: image, after: moment)
                let found = try after.exists("/d/CURRENT") ? try after.peek("/d/CURRENT") : []
                let isWhole = found.isEmpty ? durable == 0 : Set(found).count == 1
                if !isWhole || (found.first ?? 0) < durable { violations += 1 }
            }
        }
        #expect((violations == 0) == (mistake == .none), "\(violations) violations")
    }
}
