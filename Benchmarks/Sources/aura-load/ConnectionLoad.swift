import AuraCore
import AuraWire
import Foundation
import NIOCore

/// One connection under load: sends prepared batches, takes acknowledgements, notes their delay.
///
/// Runs on a thread of its own, which owns all that changes. One `sendmsg` carries as many frames
/// as the socket takes, one `recv` all answers that have come.
final class ConnectionLoad: @unchecked Sendable {
    private let index: Int
    private let plan: LoadPlan
    private let batches: EncodedBatches
    private let link: WireConnection
    /// The first 64 bytes of each frame in flight, by the batch's count modulo the window.
    private let heads: UnsafeMutableRawBufferPointer
    private let vectors: UnsafeMutablePointer<iovec>
    private let answers: UnsafeMutableRawBufferPointer
    private var answerSize = 0
    private var dueTimes: [Double]

    /// Batches taken on, given to the socket whole, and acknowledged.
    private var submitted = 0
    private var written = 0
    private var acknowledged = 0
    /// Bytes of the frame after those `written` that the socket has taken.
    private var offset = 0
    private var credit: Int
    /// Batches whose credit is spent.
    private var paid = 0

    /// Seconds from when a batch was due to its acknowledgement.
    private(set) var latencies: [Double] = []
    /// Bytes of acknowledged batches.
    private(set) var sentBytes = 0

    private static let headSize = FrameHeader.size + AppendHead.size
    private static let framesPerCall = 8

    init(index: Int, plan: LoadPlan, batches: EncodedBatches, link: WireConnection) {
        self.index = index
        self.plan = plan
        self.batches = batches
        self.link = link
        credit = Int(link.hello.initialCredit)
        dueTimes = Array(repeating: 0, count: plan.inFlight)
        unsafe heads = .allocate(byteCount: plan.inFlight * Self.headSize, alignment: 64)
        unsafe vectors = .allocate(capacity: Self.framesPerCall * 2)
        unsafe answers = .allocate(byteCount: 256 << 10, alignment: 64)
        latencies.reserveCapacity(1 << 16)
    }

    deinit {
        unsafe heads.deallocate()
        unsafe vectors.deallocate()
        unsafe answers.deallocate()
    }

    /// Sends until the time is over, then waits for what is in flight.
    func run(from start: Double) throws {
        prctl(PR_SET_TIMERSLACK, 1)
        var isBlocked = false
        while true {
            let nextDue = submitDue(start)
            if submitted == acknowledged, nextDue == nil { return }
            if !isBlocked { isBlocked = try send() }
            let wait = submitted - acknowledged < plan.inFlight ? nextDue : nil
            let ready = try poll(forRoom: isBlocked, until: wait)
            if ready & Int16(POLLOUT) != 0 { isBlocked = false }
            if ready & ~Int16(POLLOUT) != 0 { try receive() }
        }
    }

    /// Takes on every batch that is due and fits the window.
    ///
    /// - Returns: When the next one is due; nil if no more will be.
    private func submitDue(_ start: Double) -> Double? {
        let now = Clock.seconds()
        while true {
            let due = plan.interval.map { interval in
                start + Double(submitted * plan.connections + index) * interval
            }
            guard (due ?? now) - start < plan.seconds else { return nil }
            guard (due ?? now) <= now, submitted - acknowledged < plan.inFlight else {
                return due ?? now
            }
            prepare(due ?? now)
        }
    }

    /// Writes the head of the next frame, whose batch stays where it is.
    private func prepare(_ due: Double) {
        let slot = submitted % plan.inFlight
        dueTimes[slot] = due
        let item = unsafe batch(submitted)
        var buffer = ByteBuffer()
        FrameEncoder.append(
            AppendHead(
                producer: link.producer.producer, epoch: link.producer.epoch,
                sequence: link.producer.nextSequence + UInt64(submitted)),
            batchSize: unsafe item.bytes.count, batchHash: unsafe item.hash,
            requestID: UInt32(truncatingIfNeeded: submitted + 16), to: &buffer)
        unsafe buffer.withUnsafeReadableBytes { bytes in
            let place = unsafe UnsafeMutableRawBufferPointer(rebasing: heads[headRange(slot)])
            unsafe place.copyMemory(from: bytes)
        }
        submitted += 1
    }

    private func batch(_ number: Int) -> EncodedBatches.Item {
        // Connections begin at different places, so that they do not send the same at once.
        let first = unsafe batches.items.count * index / plan.connections
        return unsafe batches.items[(first + number) % batches.items.count]
    }

    private func headRange(_ slot: Int) -> Range<Int> {
        slot * Self.headSize..<(slot + 1) * Self.headSize
    }

    /// Gives the socket what it takes.
    ///
    /// - Returns: Whether it takes no more for now.
    private func send() throws -> Bool {
        while true {
            let (count, total) = unsafe fillVectors()
            guard total > 0 else { return false }
            var message = unsafe msghdr()
            unsafe message.msg_iov = vectors
            unsafe message.msg_iovlen = numericCast(count)
            let flags = Int32(MSG_NOSIGNAL.rawValue | MSG_DONTWAIT.rawValue)
            let size = unsafe sendmsg(link.socket, &message, flags)
            if size < 0, errno == EAGAIN { return true }
            guard size > 0 else { throw LoadFailure(errno: errno, "send") }
            advance(by: size)
            if size < total { return true }
        }
    }

    /// Lists the pieces that may be sent; returns how many, and their bytes.
    private func fillVectors() -> (count: Int, total: Int) {
        var count = 0
        var total = 0
        var skipped = offset
        for number in written..<min(submitted, written + Self.framesPerCall) {
            let item = unsafe batch(number)
            if number >= paid {
                let price = unsafe AppendHead.size + item.bytes.count
                guard price <= credit else { break }
                credit -= price
                paid = number + 1
            }
            let head = unsafe UnsafeRawBufferPointer(
                rebasing: heads[headRange(number % plan.inFlight)])
            unsafe add(head, count: &count, total: &total, skipped: &skipped)
            unsafe add(item.bytes, count: &count, total: &total, skipped: &skipped)
        }
        return (count, total)
    }

    /// Lists what of a piece the socket has not taken.
    private func add(
        _ piece: UnsafeRawBufferPointer, count: inout Int, total: inout Int, skipped: inout Int
    ) {
        let start = unsafe min(skipped, piece.count)
        skipped -= start
        guard unsafe start < piece.count, let base = unsafe piece.baseAddress else { return }
        unsafe vectors[count].iov_base = UnsafeMutableRawPointer(mutating: base + start)
        unsafe vectors[count].iov_len = piece.count - start
        unsafe total += piece.count - start
        count += 1
    }

    private func advance(by size: Int) {
        offset += size
        while written < submitted {
            let frameSize = unsafe Self.headSize + batch(written).bytes.count
            guard offset >= frameSize else { return }
            offset -= frameSize
            written += 1
        }
    }

    /// Waits until the socket has answers, or room, or the time has come.
    private func poll(forRoom: Bool, until time: Double?) throws -> Int16 {
        var entry = pollfd(
            fd: link.socket, events: Int16(POLLIN) | (forRoom ? Int16(POLLOUT) : 0), revents: 0)
        var wait = timespec(tv_sec: 10, tv_nsec: 0)
        if let time {
            let seconds = max(0, time - Clock.seconds())
            wait.tv_sec = Int(seconds)
            wait.tv_nsec = Int((seconds - Double(wait.tv_sec)) * 1e9)
        }
        let count = unsafe ppoll(&entry, 1, &wait, nil)
        guard count >= 0 || errno == EINTR else { throw LoadFailure(errno: errno, "poll") }
        if count == 0, time == nil { throw LoadFailure("no answer within ten seconds") }
        return count > 0 ? entry.revents : 0
    }

    private func receive() throws {
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: answers[answerSize...])
        let size = unsafe recv(
            link.socket, room.baseAddress, room.count, Int32(MSG_DONTWAIT.rawValue))
        if size < 0, errno == EAGAIN { return }
        guard size > 0 else { throw LoadFailure("the server closed the connection") }
        answerSize += size
        let now = Clock.seconds()
        let parser = FrameParser(maximumPayload: 64 << 10)
        var used = 0
        let bytes = unsafe RawSpan(_unsafeBytes: answers[..<answerSize])
        while case .frame(let header) = try parser.frame(in: bytes, at: used) {
            try take(header, bytes.slice(used + FrameHeader.size, header.payloadSize), now)
            used += header.frameSize
        }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: answers[used..<answerSize])
        unsafe answers.copyMemory(from: rest)
        answerSize -= used
    }

    private func take(_ header: FrameHeader, _ payload: RawSpan, _ now: Double) throws {
        switch header.opcode {
        case .appendAck:
            let ack = try AppendAck(payload: payload)
            let expected = link.producer.nextSequence + UInt64(acknowledged)
            guard ack.sequence == expected, ack.flags.isEmpty, ack.level == .disk else {
                throw LoadFailure("batch \(expected) expected, the answer is \(ack)")
            }
            latencies.append(now - dueTimes[acknowledged % plan.inFlight])
            sentBytes += unsafe batch(acknowledged).bytes.count
            acknowledged += 1
        case .credit: credit += Int(try Credit(payload: payload).bytes)
        case .error: throw try WireFailure(payload: payload)
        case .stable: break
        default: throw LoadFailure("a message of code \(header.code) is out of place")
        }
    }
}
