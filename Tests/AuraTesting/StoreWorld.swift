import AuraCore
import AuraStorage

/// A store, the clients that send to it and the disk under it, one step at a time.
///
/// Storage and intake are driven as the engine's writer drives them; clients number their batches,
/// keep what was not answered, and send it again in order. What a client is told is checked against
/// what it was told before.
public struct StoreWorld: Sendable {
    /// A client with a producer's name.
    public struct Client: Sendable {
        /// Handle and epoch once the producer is opened; nil while it is not.
        public fileprivate(set) var connection: (producer: UInt32, epoch: UInt32)?
        /// Answers to openings that are still due; the last one counts.
        fileprivate var openings = 0
        /// Batches that were not answered yet, by index, ascending.
        public fileprivate(set) var unanswered: [Int] = []
        /// How many of these, from the first, were sent and are on their way.
        fileprivate var inFlight = 0
        fileprivate var nextNumber: UInt64 = 1
        /// The greatest epoch that it was told.
        fileprivate var lastEpoch: UInt32 = 0
    }

    /// Who waits for an answer.
    enum Ticket: Sendable {
        case batch(Int)
        case opening(client: Int)
    }

    /// Where the store is.
    public static let directory = "/store"

    /// What it lies on.
    public let disk: SimulatedFileSystem
    /// What is kept of all clients.
    public internal(set) var sent = SentBatches()
    /// Those that send, by number.
    public private(set) var clients: [Client]
    /// The open store; nil between a crash and the next start.
    public internal(set) var storage: Storage?
    /// The greatest sequence number that a store of this world called stable.
    public private(set) var stableSequence: UInt64 = 0
    /// Flushes that failed so far.
    public internal(set) var failedFlushes = 0
    /// Commits that failed so far.
    public internal(set) var failures = 0
    var intake: Intake<Ticket>?
    var spare: PreparedSegment?
    /// A flush under way, and what came of it so far.
    var pendingFlush: (job: FlushJob, chunk: FlushedChunk?)?
    /// A compaction under way, and what came of it so far.
    var pendingCompaction: (job: CompactionJob, chunks: CompactedChunks?)?
    private var now: Int64 = 1_700_000_000_000_000
    private let options: Storage.Options

    /// A world with a closed store on that disk.
    public init(
        disk: SimulatedFileSystem, clients: Int, segmentSize: Int64, incarnation: UInt64 = 7
    ) {
        self.disk = disk
        self.clients = Array(repeating: Client(), count: clients)
        var options = Storage.Options(incarnation: incarnation)
        options.segmentSize = segmentSize
        options.spareSegments = 1
        options.chunkLayout.sectionRows = 5
        options.chunkLayout.groupRows = 7
        options.compaction.chunkRows = 12
        options.compaction.smallRows = 4
        options.compaction.fanOut = 2
        options.compaction.patience = 1
        options.flushRows = 10
        options.manifestBytes = 20 << 10
        options.indexPlan = IndexPlan()
        self.options = options
    }

    /// The same clients with a closed store on another disk, as they were when this one's had
    /// carried out `moment` operations.
    public func moved(to disk: SimulatedFileSystem, asOf moment: Int = .max) -> StoreWorld {
        var world = StoreWorld(
            disk: disk, clients: clients.count, segmentSize: options.segmentSize,
            incarnation: options.incarnation)
        world.now = now
        world.sent = sent.asOf(moment)
        for (index, batch) in world.sent.batches.enumerated() {
            guard batch.sentAt <= moment, let client = batch.client else { continue }
            world.clients[client].nextNumber = batch.number + 1
            if batch.firstSequence == nil { world.clients[client].unanswered.append(index) }
        }
        for client in clients.indices { world.clients[client].lastEpoch = 0 }
        return world
    }

    mutating func tick() -> Int64 {
        now += 1_000
        return now
    }

    /// Opens the store, as a new process.
    public mutating func open() throws(StorageError) {
        kill()
        let storage = try Storage(
            directory: Self.directory, fileSystem: disk, options: options, now: tick())
        // What waits must fit a segment: it may become one group.
        intake = Intake(
            storage, memoryLimit: 64 << 20, queueLimit: Int(options.segmentSize) - 9 << 10)
        self.storage = storage
        noteStable()
    }

    private mutating func noteStable() {
        stableSequence = max(stableSequence, storage?.stableSequence ?? 0)
    }

    /// Ends the process: nobody gets an answer any more.
    public mutating func kill() {
        storage = nil
        intake = nil
        spare = nil
        pendingFlush = nil
        pendingCompaction = nil
        for client in clients.indices {
            disconnect(client)
            clients[client].openings = 0
        }
    }

    /// Ends the process in order.
    public mutating func close() throws(StorageError) {
        guard var storage else { return }
        self.storage = nil
        defer { kill() }
        try storage.close(now: tick())
    }

    private mutating func disconnect(_ client: Int) {
        clients[client].connection = nil
        clients[client].inFlight = 0
    }

    /// Opens the client's producer, which takes the next epoch.
    public mutating func connect(_ client: Int) throws(Violation) {
        let now = tick()
        disconnect(client)
        do throws(Refusal) {
            try intake?.open(
                producer: "client-\(client)", ticket: .opening(client: client), now: now)
            clients[client].openings += 1
        } catch {
            try expect(error)
        }
    }

    /// Makes a batch of the client and sends all it may; without client one that is sent once.
    public mutating func send(
        rows: Int = 1, padding: Int = 0, from client: Int?
    ) throws(Violation) {
        guard let client else {
            let index = sent.make(
                rows: rows, padding: padding, client: nil, number: 0,
                sentAt: disk.operationCount)
            _ = try submit(index, BatchOrigin(clientHash: sent.batches[index].hash))
            return
        }
        let index = sent.make(
            rows: rows, padding: padding, client: client, number: clients[client].nextNumber,
            sentAt: disk.operationCount)
        clients[client].nextNumber += 1
        clients[client].unanswered.append(index)
        try flush(client)
    }

    /// Sends what the client has, in order, at most as many as may be in flight.
    public mutating func flush(_ client: Int) throws(Violation) {
        while clients[client].inFlight < Limits.producerWindow,
            clients[client].inFlight < clients[client].unanswered.count,
            let origin = origin(of: clients[client].unanswered[clients[client].inFlight])
        {
            let index = clients[client].unanswered[clients[client].inFlight]
            clients[client].inFlight += 1
            guard try submit(index, origin) else {
                clients[client].inFlight -= 1
                return
            }
        }
    }

    /// Sends a batch that was answered before once more.
    public mutating func sendAgain(_ index: Int) throws(Violation) {
        guard let origin = origin(of: index) else { return }
        _ = try submit(index, origin)
    }

    /// Sends in the name of the client's earlier opening, which must be refused.
    public mutating func sendFenced(_ client: Int) throws(Violation) {
        guard let connection = clients[client].connection, connection.epoch > 1 else { return }
        let index = sent.make(
            rows: 1, padding: 0, client: nil, number: 0, sentAt: disk.operationCount)
        let origin = BatchOrigin(
            producer: connection.producer, epoch: connection.epoch - 1,
            sequence: clients[client].nextNumber, clientHash: sent.batches[index].hash)
        let refusal = offer(index, origin)
        guard refusal == .fenced else {
            let words = refusal.map(String.init(describing:)) ?? "taken"
            throw Violation("a batch of an earlier opening of client \(client) was \(words)")
        }
    }

    /// Sends a batch of the client and leaves one out before it, which must be refused.
    public mutating func sendGap(_ client: Int) throws(Violation) {
        guard let connection = clients[client].connection, intake != nil else { return }
        // What was sent may be stored though its answer was lost; what was never made is not.
        let end = clients[client].nextNumber
        let unsent = clients[client].unanswered.dropFirst(clients[client].inFlight).first
        let possible = (unsent.map { sent.batches[$0].number } ?? end)...end
        let index = sent.make(
            rows: 1, padding: 0, client: nil, number: 0, sentAt: disk.operationCount)
        let origin = BatchOrigin(
            producer: connection.producer, epoch: connection.epoch, sequence: end + 1,
            clientHash: sent.batches[index].hash)
        let refusal = offer(index, origin)
        guard case .outOfSequence(let expected)? = refusal, possible.contains(expected) else {
            let words = refusal.map(String.init(describing:)) ?? "taken"
            throw Violation("a batch behind the missing batch \(end) was \(words)")
        }
    }

    /// Hands a batch to the intake; returns why it was refused.
    private mutating func offer(_ index: Int, _ origin: BatchOrigin) -> Refusal? {
        let now = tick()
        let batch = sent.batches[index].batch
        do throws(Refusal) {
            try intake?.append(
                batch.bytes, layout: batch.layout, origin: origin, ticket: .batch(index), now: now)
            return nil
        } catch {
            return error
        }
    }

    private func origin(of index: Int) -> BatchOrigin? {
        let batch = sent.batches[index]
        guard let client = batch.client, let connection = clients[client].connection else {
            return nil
        }
        return BatchOrigin(
            producer: connection.producer, epoch: connection.epoch, sequence: batch.number,
            clientHash: batch.hash)
    }

    /// Whether the intake took the batch, now or long ago.
    private mutating func submit(_ index: Int, _ origin: BatchOrigin) throws(Violation) -> Bool {
        guard let refusal = offer(index, origin) else { return intake != nil }
        try expect(refusal)
        return false
    }

    /// A batch may be called stored long ago if it was answered and 64 later ones are known.
    private func checkForgotten(_ index: Int) throws(Violation) {
        let batch = sent.batches[index]
        guard let client = batch.client, batch.firstSequence != nil,
            clients[client].nextNumber > batch.number + UInt64(Limits.producerWindow)
        else { throw Violation("batch \(index) was called stored long ago") }
    }

    /// Refusals that a client which keeps the rules can meet.
    private func expect(_ refusal: Refusal) throws(Violation) {
        switch refusal {
        case .memoryFull, .overloaded, .noSpace, .failed, .closed: return
        default: throw Violation("a refusal without reason: \(refusal)")
        }
    }

    /// Commits group after group until none waits.
    public mutating func commit() throws(Violation) {
        while let next = intake?.take() {
            var error: StorageError?
            if !next.group.isEmpty {
                let now = tick()
                do throws(StorageError) { try storage?.append(next.group, now: now) } catch let e {
                    error = e
                }
            }
            guard error == nil else {
                failures += 1
                let behind = intake?.fail(nextSequence: storage?.nextSequence ?? 0) ?? []
                for ticket in next.answers.map(\.ticket) + behind { refuse(ticket) }
                continue
            }
            intake?.finish(headBytes: storage?.headBytes ?? 0)
            noteStable()
            for answer in next.answers { try tell(answer.ticket, answer.outcome) }
        }
    }

    private mutating func refuse(_ ticket: Ticket) {
        switch ticket {
        case .opening(let client):
            disconnect(client)
            clients[client].openings -= 1
        case .batch(let index):
            // All behind it are refused as well: the client sends again from the first.
            if let client = sent.batches[index].client { clients[client].inFlight = 0 }
        }
    }

    private mutating func tell(_ ticket: Ticket, _ outcome: AppendOutcome) throws(Violation) {
        switch (ticket, outcome) {
        case (.batch(let index), .stored(let first, let rows)):
            guard sent.batches[index].firstSequence == nil else {
                throw Violation("batch \(index) was stored again")
            }
            try answered(index, first, rows)
        case (.batch(let index), .duplicate(let first, let rows)):
            try answered(index, first, rows)
        case (.batch(let index), .forgotten):
            try checkForgotten(index)
        case (.opening(let client), .opened(let producer, let epoch, let next)):
            try opened(client, producer, epoch, next)
        default:
            throw Violation("\(outcome) is no answer to \(ticket)")
        }
    }

    private mutating func answered(_ index: Int, _ first: UInt64, _ rows: Int) throws(Violation) {
        try sent.answer(index, firstSequence: first, rowCount: rows, at: disk.operationCount)
        guard let client = sent.batches[index].client,
            let place = clients[client].unanswered.firstIndex(of: index)
        else { return }
        clients[client].unanswered.remove(at: place)
        if clients[client].inFlight > 0 { clients[client].inFlight -= 1 }
    }

    private mutating func opened(
        _ client: Int, _ producer: UInt32, _ epoch: UInt32, _ next: UInt64
    ) throws(Violation) {
        guard epoch > clients[client].lastEpoch else {
            throw Violation("epoch \(epoch) of client \(client) after another one")
        }
        let firstUnanswered = clients[client].unanswered.first.map { sent.batches[$0].number }
        guard next >= firstUnanswered ?? clients[client].nextNumber,
            next <= clients[client].nextNumber
        else { throw Violation("client \(client) was told that \(next) is its next batch") }
        clients[client].lastEpoch = epoch
        clients[client].openings -= 1
        guard clients[client].openings == 0 else { return }
        clients[client].connection = (producer, epoch)
        try flush(client)
    }

    /// Promises the last group.
    public mutating func promise() {
        let now = tick()
        do throws(StorageError) { try storage?.promise(now: now) } catch { failures += 1 }
        noteStable()
    }

    /// Compares what the store shows with what was sent.
    @discardableResult
    public func check(moment: Int = .max) throws(Violation) -> [Int: UInt64] {
        // Whoever looks is no part of the story: the disk does not fail it.
        let failures = disk.failures
        disk.failures = []
        defer { disk.failures = failures }
        try checkIndex()
        return try sent.check(storage?.snapshot ?? .empty, moment: moment)
    }

    /// Connects all clients and sends whatever was not answered, until everything is.
    public mutating func settle() throws(Violation) {
        let held = try check()
        for client in clients.indices { try connect(client) }
        for _ in 0..<100 {
            try commit()
            for client in clients.indices {
                if clients[client].connection == nil { try connect(client) }
                try flush(client)
            }
            if clients.allSatisfy({ $0.unanswered.isEmpty }) { break }
        }
        try commit()
        for client in clients.indices { try sendFenced(client) }
        guard clients.allSatisfy({ $0.unanswered.isEmpty && $0.connection != nil }) else {
            let failure = storage?.failure.map(String.init(describing:)) ?? "none"
            throw Violation("what was sent again is not answered; failure: \(failure)")
        }
        for (client, count) in try check() where count < held[client, default: 0] {
            throw Violation("client \(client) has lost batches")
        }
    }
}
