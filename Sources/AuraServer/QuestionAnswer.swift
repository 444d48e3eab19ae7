import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraWire
import NIOCore

/// What is asked of the events or their index; answered on a query thread.
enum Question: Sendable {
    case count(CountQuery)
    case metric(MetricQuery)
    case score(ScoreQuery)
    case sights

    /// The answer, in frames; ends early once `shouldStop` says so.
    func answer(
        from store: EventStore, shouldStop: () -> Bool
    ) throws(EngineError) -> any AnswerFrames {
        switch self {
        case .count(let query):
            CountFrames(try store.count(query, shouldStop: shouldStop))
        case .metric(let query):
            MetricFrames(try store.metrics(query, shouldStop: shouldStop))
        case .score(let query): ScoreFrame(score: try store.score(query))
        case .sights: SightFrames(try store.lastSeen())
        }
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
    static func make(
        _ ticket: QuestionTicket, _ shared: ServerShared
    ) -> Result<QuestionAnswer, EngineError> {
        do throws(EngineError) {
            let frames = try ticket.question.answer(from: shared.store) { ticket.isCancelled }
            guard let share = shared.answers.take(frames.size) else {
                throw .refused(.overloaded)
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
