import AuraCore
import Foundation
import Testing

/// `Formats/privacy.md` and the code say the same.
@Suite struct PrivacyDocumentTests {
    private static let document: [Substring] = {
        let path = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = try? String(contentsOfFile: "/\(path)/Formats/privacy.md", encoding: .utf8)
        return (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .map { Substring($0) }
    }()

    /// The names in italics in the rule of that number.
    private func names(inRule number: Int) -> Set<String> {
        let rule = PrivacyDocumentTests.document.drop { !$0.hasPrefix("\(number). ") }
        let end = rule.dropFirst().firstIndex {
            $0.isEmpty || $0.hasPrefix("\(number + 1). ")
        }
        let text = rule[..<(end ?? rule.endIndex)].joined(separator: " ")
            .replacing(#/\*\*[^*]+\*\*/#, with: "")
        let words = text.matches(of: #/\*([^*]+)\*/#).flatMap { $0.1.split(separator: ",") }
        return Set(
            words.map { $0.split(separator: " ").joined(separator: "_") })
    }

    @Test func `the lists of names are those of the code`() {
        #expect(names(inRule: 5) == PrivacyPolicy.defaultNames)
        #expect(names(inRule: 6) == PrivacyPolicy.defaultEndings)
        #expect(names(inRule: 7) == PrivacyPolicy.defaultObjects)
    }

    @Test func `the names of addresses, ids and versions are those of the code`() {
        let rules = PrivacyRules()
        for name in names(inRule: 8) { #expect(rules.verdict(name: name) == .address, "\(name)") }
        for (rule, context) in [(13, ValueContext.identifier), (16, .version)] {
            let words = names(inRule: rule)
            #expect(words.count == 4)
            for word in words { #expect(rules.context(of: "x_\(word)") == context, "\(word)") }
        }
    }

    @Test func `the rules are numbered without gaps`() {
        let numbers = PrivacyDocumentTests.document.compactMap { line in
            line.prefixMatch(of: #/(\d+)\. /#).flatMap { Int($0.1) }
        }
        #expect(numbers == Array(1...24))
    }
}
