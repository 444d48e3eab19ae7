import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraWire
import NIOCore

/// What is asked of the events or their index; answered on a query thread.
enum Question: Sendable {
    case statement(AskedStatement)
    case count(CountQuery)
    case metric(MetricQuery)
    case score(ScoreQuery)
    case sights

    /// Whether it may take so long that others must not wait for it.
    var isLong: Bool {
        if case .statement = self { true } else { false }
    }

    /// The answer, in frames; ends early once `shouldStop` says so.
    fileprivate func frames(
        _ store: EventStore, _ shouldStop: () -> Bool
    ) throws(EngineError) -> any AnswerFrames {
        switch self {
        case .statement: preconditionFailure("statements are answered in another way")
        case .count(let query):
            CountFrames(try store.count(query, shouldStop: shouldStop))
        case .metric(let query):
            MetricFrames(try store.metrics(query, shouldStop: shouldStop))
        case .score(let query): ScoreFrame(score: try store.score(query))
        case .sights: SightFrames(try store.lastSeen())
        }
    }
}

/// Why a question has no answer.
struct QuestionFailure: Error {
    /// What the client is told.
    let wire: WireFailure
    /// What the server's log is told; nil: nothing.
    let log: String?
}

extension QuestionFailure {
    fileprivate init(_ error: EngineError) {
        wire = WireFailure(engine: error)
        log = if case .storage(let error) = error { "\(error)" } else { nil }
    }
}

/// An answer that is written frame by frame.
protocol AnswerFrames: Sendable {
    /// How many groups it holds in memory.
    var size: Int { get }

    /// Appends the next frame; false if it was the last.
    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool
}

/// The answer to a question, written frame by frame as the client reads.
struct QuestionAnswer: Sendable {
    private var frames: any AnswerFrames
    private let share: AnswerBudget.Share

    /// Answers; on a query thread.
    ///
    /// - Parameter onFrame: Called when a frame waits in the ticket's queue where none did.
    /// - Returns: nil if all frames went there.
    static func make(
        _ ticket: QuestionTicket, _ shared: ServerShared, onFrame: () -> Void
    ) -> Result<QuestionAnswer, QuestionFailure>? {
        do throws(QuestionFailure) {
            if case .statement(let statement) = ticket.question {
                try statement.answer(ticket, shared, onFrame: onFrame)
                return nil
            }
            let frames: any AnswerFrames
            do throws(EngineError) {
                frames = try ticket.question.frames(shared.store) { ticket.isCancelled }
            } catch { throw QuestionFailure(error) }
            guard let share = shared.answers.take(frames.size) else {
                throw QuestionFailure(.refused(.overloaded))
            }
            return .success(QuestionAnswer(frames: frames, share: share))
        } catch {
            return .failure(error)
        }
    }

    /// Appends the next frame; false if it was the last.
    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        frames.appendFrame(requestID: requestID, to: &buffer)
    }
}

/// Elements of an answer, of which each frame takes as many as fit.
struct FramePages<Element: Sendable>: Sendable {
    private let elements: [Element]
    private var next = 0

    /// A frame of several elements has at most this many bytes of them.
    private static var frameBytes: Int { 256 << 10 }

    init(_ elements: [Element]) { self.elements = elements }

    var count: Int { elements.count }
    var isEmpty: Bool { next == elements.count }

    /// The next elements; `taken` are the bytes of the frame that others take already.
    mutating func take(
        _ taken: inout Int, size: (Element) -> Int
    ) -> ArraySlice<Element> {
        let start = next
        while next < elements.count {
            taken += size(elements[next])
            // An element of long strings may fill a frame alone, but joins no other.
            guard next == start || taken <= FramePages.frameBytes else { break }
            next += 1
        }
        return elements[start..<next]
    }
}
