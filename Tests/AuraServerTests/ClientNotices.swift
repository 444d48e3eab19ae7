import AuraClient
import Synchronization

/// What a client said beside its calls.
final class Notices: Sendable {
    private let list = Mutex<[ClientNotice]>([])
    private let stream: AsyncStream<ClientNotice>
    private let continuation: AsyncStream<ClientNotice>.Continuation

    init() {
        (stream, continuation) = AsyncStream<ClientNotice>.makeStream()
    }

    var all: [ClientNotice] { list.withLock { $0 } }

    @Sendable func add(_ notice: ClientNotice) {
        list.withLock { $0.append(notice) }
        continuation.yield(notice)
    }

    /// Returns once it has said something like that; of what it said it looks at each thing once.
    func wait(for isWanted: (ClientNotice) -> Bool) async {
        for await notice in stream where isWanted(notice) { return }
    }
}
