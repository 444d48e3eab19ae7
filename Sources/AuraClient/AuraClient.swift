public import AuraCore
import AuraFiles
public import AuraWire
import NIOCore

/// A client of an Aura server: records events so that each is stored exactly once, and asks
/// questions.
///
/// ```swift
/// let aura = AuraClient(ClientConfiguration(host: "aura.example", apiKey: key, producer: "web-1"))
/// try await aura.record(UserLogin(userID: 7))
/// try await aura.close()
/// ```
///
/// Share one among all tasks: what they record at the same time travels in the same batches. Events
/// of one task are stored in its order. Broken connections and restarts of the server are waited
/// out: batches are sent again, with the same numbers and bytes, until the server has them. The
/// first call connects.
///
/// Close it at the end. A client that is let go without it delivers what it has for as long as the
/// process lives.
public final class AuraClient: Sendable {
    /// What the client was made with.
    public let configuration: ClientConfiguration
    private let gate: EventGate
    private let recorder: Recorder
    let link: Link
    private let spooler: Spooler?

    /// A client that does not connect yet; one with a spool opens it, and connects if something is
    /// left in it.
    ///
    /// What is wrong with the spool is told by `ClientNotice.stopped` and by all calls that record.
    public convenience init(_ configuration: ClientConfiguration = ClientConfiguration()) {
        self.init(configuration, fileSystem: PosixFileSystem())
    }

    /// As `init(_:)`, with a spool on that file system.
    init(_ configuration: ClientConfiguration, fileSystem: any FileSystem) {
        self.configuration = configuration
        gate = EventGate(configuration)
        recorder = Recorder(configuration)
        if let spool = configuration.spool {
            let spooler = Spooler(configuration, spool, recorder, fileSystem: fileSystem)
            link = Link(configuration, owner: spooler, sender: nil)
            self.spooler = spooler
            spooler.open(link)
            return
        }
        spooler = nil
        let sender = Sender(
            producer: configuration.producer, numbering: .drawn, limit: configuration.inFlight)
        link = Link(configuration, owner: recorder, sender: sender)
    }

    deinit {
        link.retire()
    }

    /// Does what recording asks for.
    private func signal(_ signal: LinkSignal) {
        if let spooler { spooler.signal(signal) } else { link.signal(signal) }
    }

    // MARK: Recording

    /// Records an event and waits until it is durable: until it survives a power failure of the
    /// server.
    ///
    /// With a spool it waits until the event is in there, as durable as `ClientSpool.sync` says.
    ///
    /// - Throws: `event`, `forbidden`, `refused`, `overloaded` and `spoolFull` say that it was not stored,
    ///   `unknown` and `cancelled` that it may be; `spool`, `stopped`, `fenced` and `closed` that the client
    ///   takes nothing any more.
    public func record(_ event: Event) async throws(ClientError) {
        let event = try admitted(event)
        _ = try await recorder.record(event, isDurable: true, signal: signal).get()
    }

    /// Records an event of the catalogue, as `record(_:)` does.
    ///
    /// - Parameter time: When it happened; nil means now.
    public func record(
        _ record: some EventRecord, at time: Timestamp? = nil, id: EventID? = nil
    ) async throws(ClientError) {
        try await self.record(record.event(at: time ?? configuration.clock(), id: id))
    }

    /// Records an event and returns at once, or when the buffer has room for it.
    ///
    /// What becomes of it is told by `flush`, `close` and `ClientNotice.undelivered`.
    ///
    /// - Throws: As `record(_:)`, where the event was not even taken.
    public func recordBuffered(_ event: Event) async throws(ClientError) {
        let event = try admitted(event)
        if let signal = try recorder.tryRecord(event) {
            if !signal.isEmpty { self.signal(signal) }
            return
        }
        _ = try await recorder.record(event, isDurable: false, signal: signal).get()
    }

    /// Records an event of the catalogue, as `recordBuffered(_:)` does.
    ///
    /// - Parameter time: When it happened; nil means now.
    public func recordBuffered(
        _ record: some EventRecord, at time: Timestamp? = nil, id: EventID? = nil
    ) async throws(ClientError) {
        try await recordBuffered(record.event(at: time ?? configuration.clock(), id: id))
    }

    /// Records an event if there is room for it, and returns at once in any case.
    ///
    /// For callers that must not fail or wait because of it: what was not taken is told by
    /// `ClientNotice.unrecorded`, what was taken and not stored as with `recordBuffered(_:)`.
    ///
    /// - Returns: Whether it was taken.
    @discardableResult
    public func offer(_ event: Event) -> Bool {
        do throws(ClientError) {
            let event = try admitted(event)
            guard let signal = try recorder.tryRecord(event) else {
                throw .overloaded(reason: "it may not wait")
            }
            if !signal.isEmpty { self.signal(signal) }
            return true
        } catch {
            notify(.unrecorded(type: gate.shown(event.type), error))
            return false
        }
    }

    /// What the privacy rules left out, cut and refused before it was sent, by rule and attribute.
    public var privacyCounters: PrivacyCounters { gate.counters }

    /// Sends a batch that is encoded already and waits until it is durable.
    ///
    /// Neither the privacy rules of the client nor its cap of attributes are applied; those of the
    /// server are.
    ///
    /// - Throws: As `record(_:)`. `overloaded` comes at once where the buffer is full.
    public func append(_ batch: EventBatch) async throws(ClientError) -> Receipt {
        await spooler?.waitForOpening()
        let body = ByteBuffer(bytes: batch.bytes.array)
        let receipt = try await recorder.append(
            body, rowCount: batch.rowCount, signal: signal
        ).get()
        guard let receipt else { preconditionFailure("a stored batch has a receipt") }
        return receipt
    }

    /// Sends what is buffered and waits until everything recorded so far is durable.
    ///
    /// - Throws: `undelivered` if events that nobody waited for were not stored since the last
    ///   call; `unknown` if the deadline comes first.
    public func flush() async throws(ClientError) {
        let result = await recorder.flush(closing: false, signal: signal)
        if let error = recorder.takeUndelivered() { throw error }
        _ = try result.get()
    }

    /// Flushes, and ends the client: it takes nothing any more.
    ///
    /// With a spool it does not wait for the server: all is durable there when it returns, and the
    /// next client of the directory sends what is left. `flush` before it if that matters.
    ///
    /// - Throws: As `flush`; the client is closed all the same. What was not stored by then is
    ///   counted in `undelivered` or was told to its callers.
    public func close() async throws(ClientError) {
        if let spooler {
            await spooler.waitForOpening()
            recorder.end()
            await spooler.drain()
            await link.settle(patience: .milliseconds(500), limit: .milliseconds(500))
            await link.close()
            await spooler.close()
            if let error = recorder.takeUndelivered() { throw error }
            return
        }
        let result = await recorder.flush(closing: true, signal: signal)
        if case .success = result {
            await link.settle(patience: .milliseconds(500), limit: configuration.deadline)
        }
        await link.close()
        if let error = recorder.takeUndelivered() { throw error }
        // Other failures mean that it had stopped before, which callers were told then.
        if case .failure(.unknown(let number, let reason)) = result {
            throw .unknown(number: number, reason: reason)
        }
    }

    private func admitted(_ event: Event) throws(ClientError) -> Event {
        try gate.admit(event) { findings in
            for finding in findings { notify(.privacy(finding)) }
        }
    }

    /// Hands on a notice as the client's own thread does.
    private func notify(_ notice: ClientNotice) {
        let onNotice = configuration.onNotice
        link.eventLoop.execute { onNotice(notice) }
    }

    // MARK: Asking

    /// Asks one statement of SQL, `Formats/query.md`, and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - settings: What SET would set before it, by name.
    ///   - parameters: Values that the statement names.
    ///   - onProgress: Called now and then on the client's own thread; it must not block.
    /// - Throws: `statement` with the place and what is wrong with it, `question` if it would need more than it
    ///   may have, `unreachable` if nothing was heard of it for as long as the deadline.
    public func query(
        _ statement: String, settings: [String: String] = [:],
        parameters: [QueryRequest.Parameter] = [],
        onProgress: @escaping @Sendable (QueryProgress) -> Void = { _ in }
    ) async throws(ClientError) -> QueryResult {
        while true {
            do throws(ClientError) {
                var frames: [QueryRows] = []
                for try await frame in stream(
                    statement, settings: settings, parameters: parameters, onProgress: onProgress)
                {
                    frames.append(frame)
                }
                return QueryResult(frames)
            } catch {
                // Nobody else has seen what came of it.
                guard case .interrupted = error else { throw error }
            }
        }
    }

    /// Asks one statement as `query` does, for an answer that may be longer than memory is large.
    public func stream(
        _ statement: String, settings: [String: String] = [:],
        parameters: [QueryRequest.Parameter] = [],
        onProgress: @escaping @Sendable (QueryProgress) -> Void = { _ in }
    ) -> QueryStream {
        var request = QueryRequest(statement, credit: AuraClient.resultCredit)
        request.settings = settings.sorted { $0.key < $1.key }
            .map { QueryRequest.Setting(name: $0.key, value: $0.value) }
        request.parameters = parameters
        request.wantsProgress = true
        return QueryStream(link, request, onProgress)
    }

    /// Bytes of a result that the server may send ahead.
    private static let resultCredit: UInt64 = 4 << 20

    /// Counts the events that are visible now.
    ///
    /// - Throws: `question` if it cannot be answered as it stands, `unreachable` if no answer came
    ///   before the deadline.
    public func count(_ request: CountRequest) async throws(ClientError) -> Counts {
        guard case .counts(let counts) = try await link.ask(.count(request)).get() else {
            preconditionFailure("a count is answered by counts")
        }
        return counts
    }

    /// The figures of events by type, dimension and time, from the server's index.
    ///
    /// - Throws: As `count(_:)`; a server without an index answers no metric.
    public func metrics(_ query: MetricQuery) async throws(ClientError) -> Metrics {
        guard case .metrics(let metrics) = try await link.ask(.metric(query)).get() else {
            preconditionFailure("a metric is answered by metrics")
        }
        return metrics
    }

    /// How unusual a bucket is, by the server's index.
    ///
    /// - Throws: As `metrics(_:)`.
    public func score(_ query: ScoreQuery) async throws(ClientError) -> Score {
        guard case .score(let score) = try await link.ask(.score(query)).get() else {
            preconditionFailure("a question for a score is answered by one")
        }
        return score
    }

    /// When events were last seen: any, of each type, of each producer.
    ///
    /// - Throws: As `metrics(_:)`.
    public func sights() async throws(ClientError) -> SightsInfo {
        guard case .sights(let sights) = try await link.ask(.sights).get() else {
            preconditionFailure("a question for sights is answered by them")
        }
        return sights
    }

    /// How the server is.
    public func status() async throws(ClientError) -> StatusInfo {
        guard case .status(let status) = try await link.ask(.status).get() else {
            preconditionFailure("a status is answered by one")
        }
        return status
    }

    /// Has the store compacted or events deleted, which takes the scope `admin`.
    ///
    /// It may take minutes, which `deadline` must allow. Given twice, it is carried out twice, which
    /// changes nothing but the events that came in between.
    public func carryOut(_ order: Order) async throws(ClientError) -> OrderDone {
        guard case .order(let done) = try await link.ask(.order(order)).get() else {
            preconditionFailure("an order is answered by what became of it")
        }
        return done
    }

    /// Asks for a sign of life; returns how long it took.
    public func ping() async throws(ClientError) -> Duration {
        guard case .pong(let time) = try await link.ask(.ping).get() else {
            preconditionFailure("a ping is answered by a pong")
        }
        return time
    }

    /// Follows the events from a sequence number on, those to come included.
    ///
    /// - Parameters:
    ///   - start: Sequence number of the first event wanted, from 1; 0: only what comes from now on.
    ///   - last: Sequence number of the last event wanted; it ends behind that.
    ///   - types: Only these types; empty means all.
    ///   - onMissing: Called before the events that follow, in the reader's own task, with each part
    ///     of the store that cannot be read.
    public func tail(
        from start: UInt64 = 0, through last: UInt64 = .max, types: [String] = [],
        onMissing: @escaping @Sendable (MissingEvents) -> Void = { _ in }
    ) -> EventTail {
        EventTail(
            configuration,
            EventTail.Request(start: start, last: last, types: types, onMissing: onMissing))
    }

    /// Opens an import that can be continued, on a connection of its own.
    ///
    /// - Parameters:
    ///   - producer: Names the input; not the name of this or any other client.
    ///   - onStored: Called for each stored batch, in the order of the numbers, on the import's own
    ///     thread; it must not block.
    /// - Throws: `stopped` or `cancelled`; it waits for the server without a limit.
    public func openImport(
        producer: String,
        onStored: @escaping @Sendable (ImportSession.Acknowledgement) -> Void = { _ in }
    ) async throws(ClientError) -> ImportSession {
        try await ImportSession(configuration, producer: producer, onStored: onStored)
    }
}
