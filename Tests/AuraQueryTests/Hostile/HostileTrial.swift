import AuraCore
import AuraTesting
import Foundation

@testable import AuraQuery

/// Asks texts of which most mean nothing, and looks whether each is answered or refused in order.
struct HostileTrial: Sendable {
    private let source: QuerySource
    private let settings: QuerySettings
    /// Queries to damage: those whose answers are known, and random ones about the events.
    let queries: [String]

    /// A text may take so long, on a machine that others use, too.
    private static let patience = Duration.seconds(20)
    /// After so long, answering is told to stop.
    private static let grace = Duration.seconds(1)

    init(seed: UInt64) throws {
        let world = DifferentialWorld(seed: seed)
        var random = SeededRandom(seed: seed)
        source = try Keeping(&random).source(of: world.events)
        var settings = world.settings
        settings.memoryLimit = 32 << 20
        settings.threads = 1 + random.below(2)
        settings.partRows = 16
        self.settings = settings
        let known = AnswerTests.questions.map { AnswerTests.query($0) }
        let drawn = (0..<UInt64(40)).map { number in
            var generator = QuestionGenerator(world, seed: seed &* 1_000 &+ number)
            return generator.question().text
        }
        queries = known + drawn
    }

    /// The text of a number: mostly a damaged query, else a call with odd values.
    func text(_ number: UInt64) -> String {
        var mangler = TextMangler(seed: number)
        if mangler.random.chance(40) {
            var calls = HostileCalls(seed: number)
            return calls.query()
        }
        let query = mangler.random.element(of: queries)
        return mangler.mangled(query, donor: mangler.random.element(of: queries))
    }

    /// What is wrong with how a text was answered; nil if nothing is.
    func complaint(about text: String) -> String? {
        let start = ContinuousClock.now
        let failure = ask(text, until: start + Self.grace)
        let elapsed = ContinuousClock.now - start
        if elapsed > Self.patience { return "took \(elapsed)" }
        return failure.flatMap { Self.complaint(about: $0, of: text) }
    }

    /// Why a text has no answer; nil if it has one.
    func failure(of text: String) -> QueryFailure? { ask(text, until: .now + Self.patience) }

    private func ask(_ text: String, until end: ContinuousClock.Instant) -> QueryFailure? {
        var session = QuerySession(settings)
        do throws(QueryFailure) {
            for statement in try QueryScript(text).statements {
                let answer = try session.answer(statement, over: source) {
                    ContinuousClock.now > end
                }
                guard let answer, answer.rowCount > 0 else { continue }
                _ = answer.row(answer.rowCount - 1).map(\.description)
            }
            return nil
        } catch { return error }
    }

    /// What is wrong with a refusal: its place, or how it is shown.
    static func complaint(about failure: QueryFailure, of text: String) -> String? {
        guard case .text(let error) = failure else { return nil }
        guard error.bytes.upperBound <= text.utf8.count else {
            return "the place \(error.bytes) lies behind the text: \(error.message)"
        }
        let shown = error.description(in: text)
        let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == (error.hint == nil ? 3 : 4), lines[0].hasPrefix("line ") else {
            return "an error of \(lines.count) lines: \(shown)"
        }
        guard lines[1].utf8.count <= 200, lines[0].utf8.count <= 600 else {
            return "an error that is too long: \(shown)"
        }
        // A carriage return and a line feed would be one character.
        let marks = lines[2].drop { $0 == " " }
        guard !marks.isEmpty, marks.allSatisfy({ $0 == "^" }) else {
            return "a place without marks: \(shown)"
        }
        return nil
    }
}
