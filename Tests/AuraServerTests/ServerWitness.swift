import AuraCore
import AuraServer
import AuraWire
import Dispatch
import Glibc
import Synchronization

/// A client that does everything right, all the time, while another one does not.
final class ServerWitness: Sendable {
    private let state = Mutex(State())
    private let isEnding = Atomic(false)
    private let thread = Mutex<BlockingWork?>(nil)

    private struct State {
        var batches = 0
        var refusals: Set<FailureCode> = []
    }

    /// Rows of each batch.
    static let rows = 2

    /// Greets, begins to append, and was acknowledged a batch when this returns.
    ///
    /// - Parameters:
    ///   - key: Its API key, where the server asks for one.
    ///   - isRefusable: Whether its batches may be refused, because nobody's are taken.
    init(_ world: TestServer, key: String? = nil, isRefusable: Bool = false) throws {
        let work = BlockingWork { [self] in
            let client = try world.client()
            try client.greet(key: key)
            try append(client, isRefusable)
        }
        thread.withLock { $0 = work }
        try waitForNext()
    }

    private func append(_ client: RawClient, _ isRefusable: Bool) throws {
        var id: UInt32 = 0
        while !isEnding.load(ordering: .acquiring) {
            id += 1
            try client.append(
                someBatch(ServerWitness.rows, from: Int(id)), AppendHead(sequence: 0), id: id)
            var frame = try client.next()
            if frame.header.opcode == .ping {
                try client.send(Pong(value: 0), flags: .response)
                frame = try client.next()
            }
            if isRefusable, frame.header.opcode == .error {
                let failure = try WireFailure(payload: frame.payload.rawSpan)
                if let code = failure.code { state.withLock { _ = $0.refusals.insert(code) } }
                if failure.code == .shuttingDown { return }
                continue
            }
            guard frame.header.opcode == .appendAck, frame.header.requestID == id else {
                throw RawClient.Unexpected(description: "\(frame.header) for the witness")
            }
            state.withLock { $0.batches += 1 }
        }
    }

    /// Waits until it was acknowledged another batch.
    func waitForNext() throws {
        let before = state.withLock { $0.batches }
        while state.withLock({ $0.batches }) == before {
            try thread.withLock { try $0?.check() }
            sched_yield()
        }
    }

    /// Ends it.
    ///
    /// - Returns: How many events it was acknowledged, and how its other batches were refused.
    func end() throws -> (events: Int, refusals: Set<FailureCode>) {
        isEnding.store(true, ordering: .releasing)
        try thread.withLock { $0.take() }?.finish()
        let state = state.withLock { $0 }
        return (state.batches * ServerWitness.rows, state.refusals)
    }
}

/// Work that blocks, on a thread of its own: tests share the few threads that tasks have.
final class BlockingWork: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    /// Begins at once.
    init(_ body: @escaping @Sendable () throws -> Void) {
        DispatchQueue(label: "blocking work").async { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
            ended.signal()
        }
    }

    /// Throws what the body has thrown, if it has.
    func check() throws {
        try result.withLock { $0 }?.get()
    }

    /// Waits for the end; throws what the body throws.
    func finish() throws {
        ended.wait()
        try check()
    }
}
