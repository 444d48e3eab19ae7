import AuraCore
import AuraWire

/// Some rows of a strip, encoded anew as frames of a subscription.
struct StripPick {
    private var builder = BatchBuilder()
    private var head: EventsHead
    private var hasSent = false

    /// Ranges and a batch of any size fit a payload together.
    private static let rangesPerFrame = 2_048

    /// Takes a frame's head and batch.
    typealias Frame = (EventsHead, [UInt8]) -> Void

    /// Nothing yet, of the strip's rows from that sequence number on.
    init(from first: UInt64) {
        head = EventsHead(first: first, last: first)
    }

    /// Adds an event of the strip; `frame` is called with what does not fit beside it.
    mutating func add(_ event: Event, _ sequence: UInt64, frame: Frame) {
        let isNext = head.ranges.last.map { $0.first + $0.count == sequence } ?? false
        if !isNext, head.ranges.count == StripPick.rangesPerFrame { close(before: sequence, frame) }
        if accepts(event) {
            note(sequence)
            return
        }
        close(before: sequence, frame)
        if accepts(event) {
            note(sequence)
            return
        }
        builder.appendAlone(valid: event)
        note(sequence)
        close(before: sequence + 1, frame)
    }

    /// Hands over what is left; false if no row was added at all.
    mutating func finish(through last: UInt64, frame: Frame) -> Bool {
        if builder.rowCount > 0 { close(before: last + 1, frame) }
        return hasSent
    }

    private mutating func note(_ sequence: UInt64) {
        if let last = head.ranges.last, last.first + last.count == sequence {
            head.ranges[head.ranges.count - 1].count += 1
        } else {
            head.ranges.append(EventsHead.Range(first: sequence, count: 1))
        }
    }

    private mutating func close(before next: UInt64, _ frame: Frame) {
        guard let bytes = builder.finish() else { return }
        head.last = next - 1
        frame(head, bytes)
        hasSent = true
        head = EventsHead(first: next, last: next)
    }

    private mutating func accepts(_ event: Event) -> Bool {
        do throws(EventError) { return try builder.append(event) } catch { return false }
    }
}
