import Testing

@testable import AuraQuery

/// Statements told apart, finished or not.
@Suite struct ScriptTextTests {
    @Test(arguments: [
        ("", [], true), (" -- none;\n", [], true), (";;", [], true),
        ("SELECT 1", ["SELECT 1"], false),
        ("SELECT 1;", ["SELECT 1"], true), ("a;\n b ; -- c;", ["a", "b"], true),
        ("a /* ; */ b;c", ["a /* ; */ b", "c"], false),
        ("';' \";\" $x$;$x$ E'\\';'; d;", ["';' \";\" $x$;$x$ E'\\';'", "d"], true),
        ("a 'b; c", ["a 'b; c"], false), ("a $x$;", ["a $x$;"], false),
        ("a /* b;", ["a /* b;"], false),
        ("a \\ b;", ["a \\ b"], true), ("a 1b; c", ["a 1b", "c"], false),
        ("\"\"; b;", ["\"\"", "b"], true),
    ])
    func `a text falls into statements`(text: String, statements: [String], isFinished: Bool) {
        let script = ScriptText(text)
        #expect(script.statements.map(\.text) == statements)
        #expect(script.isFinished == isFinished)
        for statement in script.statements {
            let bytes = Array(text.utf8).dropFirst(statement.offset)
            #expect(bytes.starts(with: statement.text.utf8))
        }
    }
}
