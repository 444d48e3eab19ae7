import AuraCore
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
    private let requestID: UInt32

    /// Bytes after which a step ends, so that connections take turns.
    static let bytes = 1 << 20
    /// Events without a match after which the client is told how far the search has come.
    private static let quietEvents: UInt64 = 65_536

    /// Frames from `subscription.next` on, until credit or step are spent or no more is visible.
    ///
    /// - Throws: What keeps stored events from being read: the subscription cannot go on.
    init(
        _ subscription: Subscription, requestID: UInt32, snapshot: Snapshot
    ) throws(StorageError) {
        next = subscription.next
        self.requestID = requestID
        let budget = Int(clamping: min(subscription.credit, Int64(SubscriptionStep.bytes)))
        var told = next
        try snapshot.forEachStrip(from: next) { strip in
            if append(strip, subscription.types) {
                told = next
            } else if next - told >= SubscriptionStep.quietEvents {
                append(EventsHead(first: told, last: next - 1), [])
                told = next
            }
            return spent < budget
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
