import Testing

@testable import aura

/// What Tab does.
struct CompletionTests {
    private let names = EventNames(
        types: ["user.login", "user.logout", "visit"],
        attributes: ["blood type", "patient_id"])

    @Test(arguments: [
        ("SELECT pat", "patient_id "), ("select * from ev", "events "),
        ("SELECT count(*) FROM vi", "visit "), ("SELECT bl", "\"blood type\" "),
        ("SELECT \"bl", "blood type\""),
        ("SELECT median", "median("), ("selec", "select "), ("SELECT * FROM visit HAV", "HAVING "),
        ("SELECT * FROM events WHERE type = 'user.logi", "user.login'"),
        ("SET thre", "threads "), ("\\wat", "\\watch "), ("\\d vis", "visit"), ("\\o js", "json"),
        ("DESCRIBE user.", "user.log"),
    ])
    func `a word is completed`(line: String, text: String) {
        let completion = Completion(of: line, names)
        #expect(completion.inserted == text)
        #expect(completion.choices.isEmpty)
    }

    @Test func `several words are listed, and nothing is done where none fits`() {
        let types = Completion(of: "SELECT * FROM user.log", names)
        #expect(types == Completion(choices: ["user.login", "user.logout"]))
        #expect(Completion(of: "SELECT xyz", names).isEmpty)
        #expect(Completion(of: "SELECT 'pat", names).isEmpty)
        #expect(Completion(of: "\\i fi", names).isEmpty)
        #expect(Completion(of: "vis", after: "SELECT * FROM\n", names).inserted == "visit ")
    }

    @Test func `choices stand side by side`() {
        #expect(Completion.columns(["a", "日本", "ccc"], width: 12) == "a     日本\nccc\n")
        #expect(Completion.columns(["a"], width: 1) == "a\n")
    }
}
