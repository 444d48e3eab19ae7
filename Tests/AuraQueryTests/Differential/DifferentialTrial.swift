import AuraCore
import AuraStorage

@testable import AuraQuery

/// Questions about one world, and what somebody answers to them.
struct DifferentialTrial {
    let world: DifferentialWorld
    let questions: [Question]

    /// The world of a seed, and questions about it that no other seed has.
    ///
    /// - Parameter hasOwn: Whether functions may be in them that DuckDB does not have.
    init(seed: UInt64, questionCount: Int, hasOwn: Bool = false) {
        let world = DifferentialWorld(seed: seed)
        self.world = world
        questions = (0..<questionCount).map { number in
            var generator = QuestionGenerator(
                world, seed: seed &* 1_000_003 &+ UInt64(number), hasOwn: hasOwn)
            return generator.question()
        }
    }

    /// Some questions about a world.
    init(world: DifferentialWorld, questions: [Question]) {
        self.world = world
        self.questions = questions
    }

    /// A question with two answers.
    struct Difference: CustomStringConvertible, Sendable {
        let seed: UInt64
        let question: Question
        let words: String

        var description: String { "seed \(seed): \(words)\n    \(question.text)" }
    }

    /// What Aura answers.
    ///
    /// - Parameter partRows: What threads divide among each other has so many rows at least, and what is
    ///   given at once so many at most.
    func answers(from source: QuerySource, threads: Int = 1, partRows: Int = 1) -> [Answer] {
        var settings = world.settings
        settings.threads = threads
        settings.partRows = partRows
        settings.pieceRows = partRows
        return questions.map { question in
            do throws(QueryFailure) {
                let answer = try PreparedQuery(question.text, over: source, settings).answer()
                let rows = (0..<answer.rowCount).map { answer.row($0).map { AnswerCell($0) } }
                return .rows(rows, types: answer.columns.map(\.type.name))
            } catch { return .failure(error.description(in: question.text)) }
        }
    }

    /// What follows from the plans row by row.
    func referenceAnswers(about snapshot: Snapshot) throws -> [Answer] {
        let catalogue = try AuraQuery.Catalogue(of: snapshot)
        return questions.map { question in
            do {
                let rows = try Reference(question.text, catalogue, world).answer()
                return .rows(rows.map { $0.map { AnswerCell($0) } }, types: nil)
            } catch { return .failure("\(error)") }
        }
    }

    /// Questions whose answers differ.
    func differences(_ answers: [Answer], from wanted: [Answer]) -> [Difference] {
        zip(questions, zip(answers, wanted)).compactMap { question, both in
            both.0.difference(from: both.1, isOrdered: question.isOrdered).map {
                Difference(seed: world.seed, question: question, words: $0)
            }
        }
    }
}
