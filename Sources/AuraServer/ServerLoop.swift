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
        /// Whether nobody empties it any more: the loop is shut down.
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
        let mustWake = mailbox.withLock { mailbox in
            mailbox.letters.append(letter)
            return mailbox.wake()
        }
        if mustWake { eventLoop.execute { self.deliver() } }
    }

    /// The store has come further.
    func postProgress() {
        guard hasFollowers.load(ordering: .sequentiallyConsistent) else { return }
        let mustWake = mailbox.withLock { mailbox in
            mailbox.hasProgress = true
            return mailbox.wake()
        }
        if mustWake { eventLoop.execute { self.deliver() } }
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

    /// Begins the end of every connection; on the loop.
    func drain() {
        for connection in connections.value.all.values { connection.drain() }
    }

    /// Takes no more letters: what the engine and query threads still answer is for nobody.
    func closeMailbox() {
        mailbox.withLock { $0.isClosed = true }
    }

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
        case counted(CountTicket, Result<CountAnswer, EngineError>)
        /// More events of a subscription.
        case stepped(requestID: UInt32, SubscriptionStep)
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
}

extension ServerLoop.Mailbox {
    /// Whether the loop must be woken for what was left just now.
    fileprivate mutating func wake() -> Bool {
        defer { isWoken = true }
        return !isWoken && !isClosed
    }
}
