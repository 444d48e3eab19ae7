import AuraTesting
import Foundation
import Testing

@Suite struct FaultMatrixTests {
    private static let random = (0..<Effort.count(2)).map { "random-\($0)" }
    private static let workloads = Workload.scripted.map(\.name) + random
    /// A write that lands elsewhere and fails halfway for want of room is two faults: it can take
    /// groups away together with what promises them.
    private static let withRoom =
        Workload.scripted.filter { !$0.fillsDisk }.map(\.name) + random

    @Test(arguments: workloads)
    func `no refused operation loses anything, and the store goes on or says why not`(
        _ name: String
    ) throws {
        let matrix = try FaultMatrix(Workload(named: name))
        var violations: [Violation] = []
        for fault in matrix.cases where violations.count < 5 {
            do throws(Violation) { try matrix.check(fault) } catch { violations.append(error) }
        }
        print("faults of \(name): \(matrix.cases.count) at \(matrix.operationCount) operations")
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test(arguments: workloads)
    func `a full disk loses nothing, and the store goes on when there is room`(
        _ name: String
    ) throws {
        let matrix = try FaultMatrix(Workload(named: name))
        var violations: [Violation] = []
        let capacities = stride(from: 0, to: try matrix.neededBytes() + 8_192, by: 2_048)
        for capacity in capacities where violations.count < 5 {
            do throws(Violation) { try matrix.check(capacity: capacity) } catch {
                violations.append(error)
            }
        }
        print("full disks of \(name): \(Array(capacities).count)")
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test(arguments: withRoom)
    func `a device that lies is found out or does no harm`(_ name: String) throws {
        let matrix = try FaultMatrix(Workload(named: name))
        var random = SeededRandom(seed: 1)
        var violations: [Violation] = []
        let lies = matrix.lies(&random)
        for (operation, lie) in lies where violations.count < 5 {
            do throws(Violation) { try matrix.check(lie: lie, at: operation) } catch {
                violations.append(error)
            }
        }
        print("lies of \(name): \(lies.count)")
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["AURA_FAULT"] != nil))
    func `the case that AURA_FAULT names`() throws {
        let line = ProcessInfo.processInfo.environment["AURA_FAULT"] ?? ""
        let words = line.split(separator: " ").map(String.init)
        try #require(words.count == 3)
        let matrix = try FaultMatrix(Workload(named: words[0]))
        let number = try #require(Int(words[2]))
        if words[1] == "capacity" {
            try matrix.check(capacity: Int64(number))
        } else {
            let kind = try #require(FaultMatrix.Kind(rawValue: words[1]))
            try matrix.check(.init(workload: words[0], kind: kind, operation: number))
        }
    }
}
