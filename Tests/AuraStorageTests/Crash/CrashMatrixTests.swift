import AuraTesting
import Foundation
import Testing

@Suite struct CrashMatrixTests {
    static let isLong = ProcessInfo.processInfo.environment["AURA_TEST_LONG"] != nil

    @Test(arguments: Workload.scripted.map(\.name))
    func `no crash of a scripted workload loses, doubles or invents anything`(
        _ name: String
    ) throws {
        try check(name, seeds: Self.isLong ? 40 : 8)
    }

    @Test(arguments: Self.isLong ? 0..<60 : 0..<6)
    func `no crash of a random workload loses, doubles or invents anything`(_ seed: Int) throws {
        try check("random-\(seed)", seeds: 8)
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
        for crash in cases {
            do throws(Violation) {
                try matrix.check(crash)
            } catch {
                violations.append(error)
                if violations.count == 5 { break }
            }
        }
        print("crash images of \(name): \(cases.count) in \(clock.now - start)")
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
    }
}
