import AuraTesting
import Foundation
import Testing

@Suite struct CrashMatrixTests {
    private static let scripted = Workload.scripted.map(\.name)
    private static let random = (0..<Effort.count(6)).map { "random-\($0)" }
    private static let seeds = Effort.isLong ? 40 : 8

    @Test(arguments: scripted)
    func `no crash of a scripted workload loses, doubles or invents anything`(
        _ name: String
    ) throws {
        try check(name, seeds: Self.seeds)
    }

    @Test(arguments: random)
    func `no crash of a random workload loses, doubles or invents anything`(
        _ name: String
    ) throws {
        try check(name, seeds: 8)
    }

    @Test func `there are twelve thousand images and more`() throws {
        var count = 0
        for name in Self.scripted {
            count += try CrashMatrix(Workload(named: name)).cases(seeds: Self.seeds).count
        }
        for name in Self.random {
            count += try CrashMatrix(Workload(named: name)).cases(seeds: 8).count
        }
        print("crash images in all: \(count)")
        #expect(count >= (Effort.isLong ? 100_000 : 12_000))
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["AURA_CRASH"] != nil))
    func `the case that AURA_CRASH names`() throws {
        let line = ProcessInfo.processInfo.environment["AURA_CRASH"] ?? ""
        let crash = try #require(CrashMatrix.Case(line))
        try CrashMatrix(Workload(named: crash.workload)).check(crash)
    }

    private func check(_ name: String, seeds: Int) throws {
        let matrix = try CrashMatrix(Workload(named: name))
        let cases = matrix.cases(seeds: seeds)
        let clock = ContinuousClock()
        let start = clock.now
        var violations: [Violation] = []
        var further = 0
        for crash in cases where violations.count < 5 {
            do throws(Violation) { further += try matrix.check(crash) } catch {
                violations.append(error)
            }
        }
        print(
            "crash images of \(name): \(cases.count), and \(further) crashes in their recovery, "
                + "in \(clock.now - start)")
        #expect(further > cases.count / 20)
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }
}
