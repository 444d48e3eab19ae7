import AuraCore
import AuraQuery
import AuraStorage
import AuraWire
import NIOCore

extension FrameEncoder {
    /// Appends a frame of an answer; `hasMore` is returned, for it is what comes next.
    static func append(
        _ message: some WireMessage, hasMore: Bool, requestID: UInt32, to buffer: inout ByteBuffer
    ) -> Bool {
        append(
            message, flags: hasMore ? [.response, .more] : .response, requestID: requestID,
            to: &buffer)
        return hasMore
    }
}

/// COUNTS of a count.
struct CountFrames: AnswerFrames {
    private let result: CountResult
    private var rows: FramePages<CountResult.Row>

    init(_ result: CountResult) {
        self.result = result
        rows = FramePages(result.rows)
    }

    var size: Int { rows.count }

    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        var taken = 0
        let page = rows.take(&taken) { Counts.Row($0).encodedSize }
        let hasMore = !rows.isEmpty
        return FrameEncoder.append(
            Counts(
                watermark: result.watermark, isComplete: result.isComplete,
                rows: page.map { Counts.Row($0) },
                missing: hasMore ? [] : result.missing.map { MissingEvents($0) }),
            hasMore: hasMore, requestID: requestID, to: &buffer)
    }
}

extension Counts.Row {
    fileprivate init(_ row: CountResult.Row) {
        self.init(keys: row.keys, count: row.count, first: row.first, last: row.last)
    }
}

/// METRICS of a metric.
struct MetricFrames: AnswerFrames {
    private let result: MetricResult
    private var rows: FramePages<MetricRow>

    init(_ result: MetricResult) {
        self.result = result
        rows = FramePages(result.rows)
    }

    var size: Int { rows.count }

    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        var taken = 0
        let page = rows.take(&taken) { $0.encodedSize }
        let hasMore = !rows.isEmpty
        let window = result.window
        return FrameEncoder.append(
            Metrics(
                watermark: result.watermark, gaps: result.gaps,
                window: Timestamp(
                    microseconds: window.lowerBound)..<Timestamp(microseconds: window.upperBound),
                rows: Array(page),
                missing: hasMore ? [] : result.missing.map { MissingEvents($0) }),
            hasMore: hasMore, requestID: requestID, to: &buffer)
    }
}

/// SCORE_INFO, always one frame.
struct ScoreFrame: AnswerFrames {
    let score: Score

    var size: Int { 1 }

    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        FrameEncoder.append(score, hasMore: false, requestID: requestID, to: &buffer)
    }
}

/// SIGHTS_INFO of when events were last seen.
struct SightFrames: AnswerFrames {
    private let watermark: UInt64
    private let any: Sight?
    private var types: FramePages<SightsInfo.OfType>
    private var producers: FramePages<SightsInfo.OfProducer>

    init(_ seen: LastSeen) {
        watermark = seen.watermark
        any = seen.any
        types = FramePages(
            seen.types.sorted { $0.key < $1.key }.map {
                SightsInfo.OfType(type: $0.key.text, sight: $0.value)
            })
        producers = FramePages(
            seen.producers.sorted { $0.key < $1.key }.map {
                SightsInfo.OfProducer(
                    producer: $0.key, name: seen.producerNames[$0.key]?.text, sight: $0.value)
            })
    }

    var size: Int { types.count + producers.count }

    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        var taken = 0
        var info = SightsInfo(watermark: watermark, any: any)
        info.types = Array(types.take(&taken) { $0.encodedSize })
        if types.isEmpty { info.producers = Array(producers.take(&taken) { $0.encodedSize }) }
        return FrameEncoder.append(
            info, hasMore: !types.isEmpty || !producers.isEmpty, requestID: requestID, to: &buffer)
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
