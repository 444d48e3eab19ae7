import Testing

/// Each rule on text that breaks it and on text that does not.
@Suite struct RuleTests {
    @Test func `file size`() {
        expect(Rule.fileSize, "Sources/A/A.swift", lines(400), breaksAt: [])
        expect(Rule.fileSize, "Sources/A/A.swift", lines(401), breaksAt: [400])
        expect(Rule.fileSize, "Tests/A/a.c", lines(401), breaksAt: [400])
    }

    @Test func `function size`() {
        let path = "Sources/A/A.swift"
        for head in [
            "func a(b: () -> Void = {}, c: [Int]) throws(E) -> [Int: String] {", "init() {",
            "subscript(i: Int) -> Int {", "deinit {", "func `a } name`() {",
        ] {
            expect(Rule.functionSize, path, "\n\(head)\n\(lines(68))}", breaksAt: [])
            expect(Rule.functionSize, path, "\n\(head)\n\(lines(69))}", breaksAt: [2])
        }
        let inner = "struct S {\nfunc a() {\nfunc b() {\n\(lines(69))}\n}\n}"
        expect(Rule.functionSize, path, inner, breaksAt: [2, 3])
        let braces = "func a() {\nlet b = \"}\" // }\n/* } */\n\(lines(70))}"
        expect(Rule.functionSize, path, braces, breaksAt: [1])
        let requirement = "protocol P {\nfunc a()\nvar b: Int { get }\n}\nstruct S {\n\(lines(80))}"
        expect(Rule.functionSize, path, requirement, breaksAt: [])
        let call = "enum E {\nstatic let a = S.init(b: 1)\n}\nenum F {\n\(lines(80))}"
        expect(Rule.functionSize, path, call, breaksAt: [])
    }

    @Test func `type names`() {
        let path = "Sources/A/A.swift"
        for name in ["Helper", "KeyManager", "BaseStore", "CommonKeys", "JSONUtils", "MiscE"] {
            expect(Rule.typeNames, path, "final class \(name) {}", breaksAt: [1])
        }
        let good = """
            struct Database {}
            enum Basement {}
            // struct Helper {}
            let a = "struct Helper"
            struct Basis {}; protocol Commonality {}; typealias Utilisation = Int
            """
        expect(Rule.typeNames, path, good, breaksAt: [])
        expect(Rule.typeNames, path, "\n  public typealias FooHelper = Int", breaksAt: [2])
    }

    @Test func `file names`() {
        for name in ["Helpers.swift", "String+Util.swift", "KeyManager.swift", "common.py"] {
            expect(Rule.fileNames, "Sources/A/\(name)", "", breaksAt: [1])
        }
        for name in ["Database.swift", "RawSpan+Bytes.swift", "setup", "Package.swift"] {
            expect(Rule.fileNames, "Sources/A/\(name)", "", breaksAt: [])
        }
    }

    @Test func `unfinished text`() {
        let bad =
            "// TODO: x\nlet a = \"FIXME\"\n# XXX\n// a Placeholder\nthrow \"Not implemented\""
        expect(Rule.words, "Tools/x", bad, breaksAt: [1, 2, 3, 4, 5])
        expect(Rule.words, "Tests/TidyTests/A.swift", bad, breaksAt: [])
        expect(Rule.words, "Sources/A/A.swift", "XXH3, mastodon, TODOS, placeholders", breaksAt: [])
    }

    @Test func `reasons`() {
        let path = "Sources/A/A.swift"
        for danger in [
            "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1",
            "let a = try! b()", "fatalError(\"a\")", "@Test(.disabled(\"a\"))", "let a = try? b()",
        ] {
            expect(Rule.reasons, path, "\n\(danger)", breaksAt: [2])
            expect(Rule.reasons, path, "let b = 1  // A reason.\n\(danger)", breaksAt: [2])
            expect(Rule.reasons, path, "    // Because.\n    \(danger)", breaksAt: [])
            expect(Rule.reasons, path, "// \(danger)", breaksAt: [])
        }
        expect(Rule.reasons, path, "var entry: Entry?\nlet a = retry!", breaksAt: [])
        expect(Rule.reasons, "Tests/ATests/A.swift", "let a = try? b()", breaksAt: [])
        expect(Rule.reasons, "Tests/ATests/A.swift", "let a = try! b()", breaksAt: [1])
    }

    @Test func `foundation`() {
        for text in [
            "import Foundation", "public import Foundation", "import struct Foundation.Data",
            "import FoundationEssentials", "@preconcurrency import Foundation",
        ] {
            expect(Rule.foundation, "Sources/AuraCore/A.swift", text, breaksAt: [1])
            expect(Rule.foundation, "Sources/AuraMetadata/A.swift", text, breaksAt: [])
            expect(Rule.foundation, "Sources/aura/A/A.swift", text, breaksAt: [])
            expect(Rule.foundation, "Tests/AuraCoreTests/A.swift", text, breaksAt: [])
        }
        expect(Rule.foundation, "Sources/AuraCore/A.swift", "// import Foundation", breaksAt: [])
    }

    @Test func `detached tasks`() {
        expect(Rule.detachedTasks, "Sources/A/A.swift", "\nTask.detached {}", breaksAt: [2])
        expect(Rule.detachedTasks, "Sources/A/A.swift", "/// Task.detached", breaksAt: [])
    }

    @Test func `beginnings`() {
        let path = "Sources/A/A.swift"
        for good in [
            "/// A.\nstruct A {}", "import B\n\n/// A.\nstruct A {}", "", "import B\n",
            "public import B\n@testable import C\n\nextension A {}",
            "#if canImport(Glibc)\nimport Glibc\n#endif\n// Why.\nlet a = 1",
        ] {
            expect(Rule.beginnings, path, good, breaksAt: [])
        }
        expect(Rule.beginnings, path, "struct A {}", breaksAt: [1])
        expect(Rule.beginnings, path, "import B\n\n@main\nstruct A {}", breaksAt: [3])
        expect(Rule.beginnings, "Tests/ATests/A.swift", "struct A {}", breaksAt: [])
    }

    @Test func `formats`() {
        let path = "Sources/A/A.swift"
        expect(Rule.formats, path, "\n/// `Formats/no-such.md`, \"A\"", breaksAt: [2])
        expect(Rule.formats, path, "/// Formats/ has it. Formats.md", breaksAt: [])
    }

    @Test func `scripts`() {
        let good = "#!/usr/bin/env bash\n# Does it.\nset -euo pipefail\n"
        expect(Rule.scripts, "Tools/x", good, breaksAt: [])
        expect(Rule.scripts, "Tools/x", "#!/bin/sh\n# Does it.\nset -euo pipefail", breaksAt: [1])
        expect(Rule.scripts, "Tools/x", "#!/usr/bin/env bash\nset -euo pipefail", breaksAt: [2])
        expect(Rule.scripts, "Tools/x", "#!/usr/bin/env bash\n# Does it.\nset -e", breaksAt: [1])
        expect(Rule.scripts, "Tools/x", "#!/usr/bin/env python3\n", breaksAt: [])
    }

    @Test func `comments and what strings hold are no code`() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (#"a "b // c" d"#, #"a "      " d"#),
            (#"a "\"b" c"#, #"a "   " c"#),
            (#"a "\(b("c") + (d))e" f"#, #"a " (b(" ") + (d)) " f"#),
            (##"a #"b"c\(d)"# e"##, ##"a #"       "# e"##),
            (##"a #"b\#(c)"# e"##, ##"a #"   (c)"# e"##),
            ("a \"\"\"\nb \" // {\n\"\"\" c", "a \"\"\"\n        \n\"\"\" c"),
            ("a `b { c` d", "a `     ` d"),
            ("a #/b\"{ #\\/ c/# d", "a #/         /# d"),
            ("\"é\" a", "\"  \" a"),
            ("a /* b", "a     "),
            ("a \"b", "a \" "),
        ] {
            #expect(SwiftCode.strip(text) == code)
        }
    }

    private func lines(_ count: Int) -> String {
        String(repeating: "a\n", count: count)
    }

    private func expect(
        _ rule: Rule, _ path: String, _ text: String, breaksAt lines: [Int],
        at location: SourceLocation = #_sourceLocation
    ) {
        let found = rule.violations(in: SourceFile(path: path, text: text)).map(\.line)
        #expect(found == lines, "\(text)", sourceLocation: location)
    }
}
