import AuraCore
import AuraEngine
import AuraStorage
import AuraWire
import NIOCore

/// What a connection knows of one of its subscriptions.
struct Subscription: Sendable {
    /// Tells it from others of the same id, before and after.
    let serial: Int
    /// The next sequence number to look at.
    var next: UInt64
    /// Types wanted; empty means all.
    let types: [String]
    /// Bytes that may still be sent; below zero after a frame that exceeded it.
    var credit: Int64
    /// Numbers of the chunks of which the client knows that they cannot be read.
    var told: Set<UInt64> = []
}

/// Which subscription a step is for.
struct SubscriptionTurn: Sendable {
    let requestID: UInt32
    /// Tells it from others of the same id, before and after.
    let serial: Int
}

/// A piece of a subscription's events as frames: made on a query thread from a snapshot.
struct SubscriptionStep: Sendable {
    var frames = ByteBuffer()
    /// Bytes of the payloads.
    var spent = 0
    /// The next sequence number to look at.
    var next: UInt64
    /// Chunks of which the frames say that they cannot be read.
    private(set) var told: Set<UInt64> = []
    private let requestID: UInt32

    /// Bytes after which a step ends, so that connections take turns.
    static let bytes = 1 << 20
    /// Events without a match after which the client is told how far the search has come.
    private static let quietEvents: UInt64 = 65_536

    /// Frames from `subscription.next` on, until credit or step are spent or no more is visible.
    ///
    /// Before the events comes what is missing among them, unless the client knows.
    /// - Throws: What keeps stored events from being read: the subscription cannot go on.
    static func make(
        _ subscription: Subscription, requestID: UInt32, store: EventStore
    ) throws(StorageError) -> SubscriptionStep {
        var (step, missing) = try store.read { snapshot throws(StorageError) in
            var step = SubscriptionStep(requestID: requestID, next: subscription.next)
            try step.read(snapshot, for: subscription)
            return step
        }
        let passed = subscription.next..<max(step.next, subscription.next + 1)
        var notices = ByteBuffer()
        for chunk in missing
        where chunk.sequences.overlaps(passed) && !subscription.told.contains(chunk.number) {
            FrameEncoder.append(
                MissingEvents(chunk), flags: [.response, .more], requestID: requestID, to: &notices)
            step.told.insert(chunk.number)
        }
        if notices.readableBytes > 0 {
            notices.writeBuffer(&step.frames)
            step.frames = notices
        }
        return step
    }

    private init(requestID: UInt32, next: UInt64) {
        self.requestID = requestID
        self.next = next
    }

    private mutating func read(
        _ snapshot: Snapshot, for subscription: Subscription
    ) throws(StorageError) {
        let budget = Int(clamping: min(subscription.credit, Int64(SubscriptionStep.bytes)))
        var told = next
        var isCut = false
        try snapshot.forEachStrip(from: next) { strip in
            if append(strip, subscription.types) {
                told = next
            } else if next - told >= SubscriptionStep.quietEvents {
                append(EventsHead(first: told, last: next - 1), [])
                told = next
            }
            isCut = spent >= budget
            return !isCut
        }
        // The last events may be those that are missing: nobody is to wait for them.
        if !isCut, next <= snapshot.watermark {
            append(EventsHead(first: told, last: snapshot.watermark), [])
            next = snapshot.watermark + 1
        }
    }

    /// The frame that says where a subscription begins.
    static func beginning(at next: UInt64, requestID: UInt32, into buffer: inout ByteBuffer) {
        let head = EventsHead(first: next, last: next - 1)
        FrameEncoder.append(head, batch: [UInt8]().rawSpan, requestID: requestID, to: &buffer)
    }

    /// Appends what a strip has for the subscription; false if nothing.
    private mutating func append(_ strip: Strip, _ types: [String]) -> Bool {
        let first = next
        let batch = strip.batch
        let wanted = Set(types.compactMap { batch.code(of: $0) })
        let isWanted = batch.layout.types.map { types.isEmpty || wanted.contains($0.name) }
        next = strip.endSequence
        guard isWanted.contains(true) else { return false }
        if first <= strip.firstSequence, !isWanted.contains(false) {
            append(
                EventsHead(first: strip.firstSequence, last: next - 1), batch.bytes)
            return true
        }
        return append(strip, from: first, isWanted)
    }

    /// Encodes the wanted rows of a strip anew.
    private mutating func append(_ strip: Strip, from first: UInt64, _ isWanted: [Bool]) -> Bool {
        var pick = StripPick(from: max(first, strip.firstSequence))
        for (row, event) in strip.batch.events().enumerated() {
            let sequence = strip.firstSequence + UInt64(row)
            guard sequence >= first, isWanted[strip.batch.typeCode(of: row)] else { continue }
            pick.add(event, sequence) { append($0, $1) }
        }
        return pick.finish(through: next - 1) { append($0, $1) }
    }

    private mutating func append(_ head: EventsHead, _ batch: [UInt8]) {
        append(head, batch.rawSpan)
    }

    private mutating func append(_ head: EventsHead, _ batch: RawSpan) {
        FrameEncoder.append(head, batch: batch, requestID: requestID, to: &frames)
        spent += head.encodedSize + batch.byteCount
    }
}
