import Dispatch
import NIOCore
import Synchronization

/// Frames of an answer between the thread that makes them and the connection that writes them.
///
/// It holds little: whoever makes frames waits until the client has read those before.
final class FrameQueue: Sendable {
    private struct State: Sendable {
        var frames: [ByteBuffer] = []
        var size = 0
        /// Whether the last frame was put in.
        var isWhole = false
        var isClosed = false
        var isAwaited = false
        /// What the frames take of the memory of all answers, once nobody makes any more.
        var share: AnswerBudget.Share?

        /// Whether somebody waits for room, who is about to be woken.
        mutating func stopWaiting() -> Bool {
            defer { isAwaited = false }
            return isAwaited
        }
    }

    /// What stands at the front.
    enum Next: Sendable {
        case frame(ByteBuffer, isLast: Bool)
        /// A frame comes later.
        case nothing
    }

    /// Where a frame was put.
    enum Place: Sendable {
        case front
        case behind
        /// Nobody wants frames any more.
        case nowhere
    }

    private let state = Mutex(State())
    private let hasRoom = DispatchSemaphore(value: 0)

    /// Bytes that wait at most when one more frame is put in.
    private static let capacity = 1 << 20
    /// Bytes that count as much as one group of other answers.
    private static let groupBytes = 64

    /// Puts a frame in that others follow, once there is room.
    func put(_ frame: ByteBuffer) -> Place {
        put(frame, upTo: FrameQueue.capacity) { _ in }
    }

    /// Puts the last frame in, once there is room: of its own, where answers that wait leave none.
    func putLast(_ frame: ByteBuffer, _ answers: AnswerBudget) -> Place {
        let share = answers.take(
            (state.withLock { $0.size } + frame.readableBytes) / FrameQueue.groupBytes)
        return put(frame, upTo: share == nil ? 1 : FrameQueue.capacity) { state in
            state.isWhole = true
            state.share = share
        }
    }

    private func put(
        _ frame: ByteBuffer, upTo capacity: Int, _ change: (inout State) -> Void
    ) -> Place {
        while true {
            let place = state.withLock { state -> Place? in
                if state.isClosed { return .nowhere }
                guard state.size < capacity else {
                    state.isAwaited = true
                    return nil
                }
                state.frames.append(frame)
                state.size += frame.readableBytes
                change(&state)
                return state.frames.count == 1 ? .front : .behind
            }
            if let place { return place }
            hasRoom.wait()
        }
    }

    /// Whether frames wait.
    var hasFrames: Bool { state.withLock { !$0.frames.isEmpty } }

    /// Takes the next frame.
    func next() -> Next {
        let (next, mustWake) = state.withLock { state -> (Next, Bool) in
            guard !state.frames.isEmpty else { return (.nothing, false) }
            let frame = state.frames.removeFirst()
            state.size -= frame.readableBytes
            return (
                .frame(frame, isLast: state.isWhole && state.frames.isEmpty), state.stopWaiting()
            )
        }
        if mustWake { hasRoom.signal() }
        return next
    }

    /// Lets go of all frames: nobody wants them any more.
    ///
    /// - Returns: Whether they were all, so that nobody makes any more.
    @discardableResult
    func close() -> Bool {
        let (isWhole, mustWake) = state.withLock { state in
            let found = (state.isWhole, state.stopWaiting())
            state = State(isWhole: state.isWhole, isClosed: true)
            return found
        }
        if mustWake { hasRoom.signal() }
        return isWhole
    }
}
