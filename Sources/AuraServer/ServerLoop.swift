import AuraEngine
import AuraStorage
import AuraWire
import NIOCore
import Synchronization

/// One event loop of the server, and its mailbox: whatever other threads have for its connections.
///
/// A burst of letters wakes the loop once; what they make the connections say is written once for
/// each connection.
final class ServerLoop: Sendable {
    let eventLoop: any EventLoop
    private let shared: ServerShared
    private let mailbox = Mutex(Mailbox())
    private let connections: NIOLoopBound<LoopConnections>
    /// Whether a connection waits for the store's progress.
    private let hasFollowers = Atomic<Bool>(false)

    fileprivate struct Mailbox: Sendable {
        var letters: [Letter] = []
        var hasProgress = false
        var isWoken = false
        /// The loop is about to end, and nobody is left to read.
        var isClosed = false
    }

    /// Must be made on the event loop.
    init(_ eventLoop: any EventLoop, shared: ServerShared) {
        self.eventLoop = eventLoop
        self.shared = shared
        connections = NIOLoopBound(LoopConnections(), eventLoop: eventLoop)
    }

    /// Leaves a letter for a connection of this loop; from any thread, never blocking for long.
    func post(_ letter: Letter) {
        mailbox.withLock { mailbox in
            guard !mailbox.isClosed else { return }
            mailbox.letters.append(letter)
            wake(&mailbox)
        }
    }

    /// The store has come further.
    func postProgress() {
        guard hasFollowers.load(ordering: .sequentiallyConsistent) else { return }
        mailbox.withLock { mailbox in
            guard !mailbox.isClosed else { return }
            mailbox.hasProgress = true
            wake(&mailbox)
        }
    }

    /// Wakes the loop for what was left just now; under the lock, so that nobody wakes it once it
    /// is closed.
    private func wake(_ mailbox: inout Mailbox) {
        guard !mailbox.isWoken else { return }
        mailbox.isWoken = true
        eventLoop.execute { self.deliver() }
    }

    /// Takes no more letters, before the event loop ends; from any thread.
    func close() {
        mailbox.withLock { $0.isClosed = true }
    }

    private func deliver() {
        let mail = mailbox.withLock { mailbox in
            defer { mailbox = Mailbox(isClosed: mailbox.isClosed) }
            return mailbox
        }
        let connections = connections.value
        var touched: [ConnectionHandler] = []
        for letter in mail.letters {
            guard let connection = connections.all[letter.connection] else { continue }
            if !connection.isTouched {
                connection.isTouched = true
                touched.append(connection)
            }
            connection.receive(letter.content)
        }
        if mail.hasProgress {
            for connection in connections.followers.values where !connection.isTouched {
                connection.isTouched = true
                touched.append(connection)
            }
        }
        guard !touched.isEmpty else { return }
        let progress = shared.store.progress
        for connection in touched {
            connection.isTouched = false
            connection.advance(progress)
        }
    }

    /// Makes a connection reachable; on the loop.
    func add(_ connection: ConnectionHandler) {
        connections.value.all[connection.id] = connection
    }

    /// Forgets a connection; on the loop.
    func remove(_ connection: ConnectionHandler) {
        connections.value.all[connection.id] = nil
        setFollowing(connection, false)
    }

    /// Says whether a connection wants to hear of the store's progress; on the loop.
    func setFollowing(_ connection: ConnectionHandler, _ isFollowing: Bool) {
        let connections = connections.value
        let wasFollowing = connections.followers[connection.id] != nil
        guard isFollowing != wasFollowing else { return }
        connections.followers[connection.id] = isFollowing ? connection : nil
        hasFollowers.store(!connections.followers.isEmpty, ordering: .sequentiallyConsistent)
        // What was published before the store could see the flag.
        if isFollowing { postProgress() }
    }

    /// Looks at every connection's clocks; on the loop.
    func sweep() {
        let now = NIODeadline.now()
        for connection in connections.value.all.values { connection.sweep(now) }
    }

    /// Begins the end of every connection, and of those that were taken but have not come here yet;
    /// on the loop.
    func drain() {
        connections.value.isDraining = true
        for connection in connections.value.all.values { connection.drain() }
    }

    /// Whether new connections come too late; on the loop.
    var isDraining: Bool { connections.value.isDraining }

    /// Closes every connection at once; on the loop.
    func closeAll() {
        for connection in connections.value.all.values { connection.closeNow() }
    }
}

extension ServerLoop {
    /// Something that another thread has for a connection.
    struct Letter: Sendable {
        let connection: Int
        let content: Content
    }

    enum Content: Sendable {
        /// The engine's answer to a batch, or to the opening of a producer.
        case appended(AppendTicket, Result<AppendOutcome, Refusal>)
        /// What a key grants.
        case authenticated(Result<AccessGrant, AccessDenial>)
        /// The answer to a question.
        case answered(QuestionTicket, Result<QuestionAnswer, QuestionFailure>)
        /// The answer to a statement has come so far that frames wait.
        case hasFrames
        /// How far the answer to a statement is.
        case progressed(UInt32, QueryProgress)
        /// More events of a subscription.
        case stepped(SubscriptionTurn, Result<SubscriptionStep, StorageError>)
        /// What became of an order.
        case ordered(requestID: UInt32, Result<OrderDone, EngineError>)
    }
}

/// What a connection needs to know of a batch when the engine's answer comes.
struct AppendTicket: Sendable {
    let requestID: UInt32
    /// The producer's number of the batch.
    let sequence: UInt64
    /// Bytes of the APPEND payload: the credit to give back; 0 for an opening.
    let payloadSize: Int
    let isRewritten: Bool
    let warnings: [Warning]
}

/// The connections of one event loop; confined to it.
private final class LoopConnections {
    var all: [Int: ConnectionHandler] = [:]
    var followers: [Int: ConnectionHandler] = [:]
    var isDraining = false
}
