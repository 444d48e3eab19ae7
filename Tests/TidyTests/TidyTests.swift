import Testing

@Suite struct TidyTests {
    @Test(arguments: Rule.all)
    func `the repository keeps the rule`(rule: Rule) throws {
        let violations = try Repository.files().flatMap(rule.violations)
        for violation in violations { Issue.record("\(violation)") }
    }

    @Test func `the rules look at every kind of file`() throws {
        let paths = try Set(Repository.files().map(\.path))
        for path in [
            "Package.swift", "Sources/aura/Configuration/Configuration.swift",
            "Sources/CXXHash/xxh3.c", "Sources/CXXHash/include/CXXHash.h",
            "Tests/TidyTests/TidyTests.swift", "Tools/setup", "Tools/packages", ".ci/run",
        ] {
            #expect(paths.contains(path))
        }
        #expect(!paths.contains { $0.contains("/.build/") })
    }
}
