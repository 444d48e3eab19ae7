import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraWire
import NIOCore

/// The answer to a COUNT, written frame by frame as the client reads.
struct CountAnswer: Sendable {
    private let result: CountResult
    private let share: AnswerBudget.Share
    private var next = 0
    /// A frame of several rows has at most this many bytes.
    private static let frameBytes = 256 << 10

    /// Counts; on a query thread.
    static func make(
        _ ticket: CountTicket, _ shared: ServerShared
    ) -> Result<CountAnswer, EngineError> {
        do throws(EngineError) {
            let result = try shared.store.count(ticket.query) { ticket.isCancelled }
            guard let share = shared.answers.take(result.rows.count) else {
                throw .refused(.overloaded)
            }
            return .success(CountAnswer(result: result, share: share))
        } catch {
            return .failure(error)
        }
    }

    /// Appends the next frame; false if it was the last.
    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        var rows: [Counts.Row] = []
        var size = 0
        while next < result.rows.count {
            let row = Counts.Row(result.rows[next])
            size += row.encodedSize
            // A row of long strings may fill a frame alone, but joins no other.
            guard rows.isEmpty || size <= CountAnswer.frameBytes else { break }
            rows.append(row)
            next += 1
        }
        let hasMore = next < result.rows.count
        FrameEncoder.append(
            Counts(
                watermark: result.watermark, isComplete: result.isComplete, rows: rows,
                missing: hasMore ? [] : result.missing.map { MissingEvents($0) }),
            flags: hasMore ? [.response, .more] : .response, requestID: requestID, to: &buffer)
        return hasMore
    }
}

extension CountQuery {
    /// The question of a COUNT.
    init(_ request: CountRequest) {
        self.init()
        types = request.types
        start = request.start
        end = request.end
        filters = request.filters.map { Filter(attribute: $0.attribute, values: $0.values) }
        groupings = request.groupings.map {
            switch $0 {
            case .type: .type
            case .bucket(let width): .bucket(microseconds: width)
            case .attribute(let name): .attribute(name)
            }
        }
    }
}

extension Counts.Row {
    fileprivate init(_ row: CountResult.Row) {
        self.init(keys: row.keys, count: row.count, first: row.first, last: row.last)
    }
}
