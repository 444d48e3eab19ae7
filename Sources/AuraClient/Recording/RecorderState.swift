import AuraCore
import NIOCore

extension Recorder {
    /// What the recorder's lock guards.
    struct State: Sendable {
        /// An event that waits for room.
        struct Waiting: Sendable {
            let caller: UInt64
            let event: Event
            let isDurable: Bool
            let since: NIODeadline
        }

        /// A caller who waits until every batch up to `last` was answered.
        struct Flush: Sendable {
            let caller: UInt64
            var last: UInt64
            let since: NIODeadline
        }

        /// A batch that the link has and that was not answered, or not for all its events.
        struct Pending: Sendable {
            /// Who waits for each event, or for the whole batch; 0: nobody; `answered` where the
            /// answer has come.
            var callers: [UInt64]
            let rowsPerCaller: Int
            /// Its caller wants the server's receipt, whatever else keeps it.
            let isEncoded: Bool
            /// Entries of `callers` that were not answered.
            var open: Int
            /// Those among them for which somebody waits.
            var attended: Int
            let since: NIODeadline

            static let answered = UInt64.max
        }

        /// Events that were not stored and for which nobody waited.
        struct Undelivered: Sendable {
            var events: Int
            let reason: String
        }

        var batcher: Batcher
        var waiting = CircularBuffer<Waiting>()
        var flushes: [Flush] = []
        var pending: [UInt64: Pending] = [:]
        private var continuations: [UInt64: Continuation] = [:]
        private var callers: UInt64 = 0
        private let limit: Int
        /// Bytes that the link keeps.
        var linkSize = 0
        /// Why nothing is taken any more.
        var end: ClientError?
        var undelivered: Undelivered?
        /// What the spool is ready for; nil without one.
        var spool: SpoolState?

        init(_ configuration: ClientConfiguration) {
            batcher = Batcher(rows: configuration.batchRows, bytes: configuration.batchBytes)
            limit = configuration.bufferBytes
            if configuration.spool != nil { spool = SpoolState() }
        }

        /// Bytes of everything that is kept.
        var heldSize: Int { linkSize + batcher.sizeBound }
        var hasRoom: Bool { heldSize < limit && spool?.isOpen != false }
        /// Why an event cannot be taken, whether or not there is room in memory.
        var refusal: ClientError? {
            if let end { return end }
            guard let spool, spool.isOpen else { return nil }
            if let refusal = spool.refusal { return refusal }
            return heldSize < spool.room
                ? nil : .spoolFull(reason: "\(spool.size) bytes wait in it")
        }
    }
}

extension Recorder.State {
    mutating func drawCaller() -> UInt64 {
        callers += 1
        return callers
    }

    /// Lets a caller in: `body` does what it came for, and it waits.
    mutating func enter(
        _ caller: UInt64, _ continuation: Recorder.Continuation,
        _ body: (inout Recorder.State, UInt64) -> Result<LinkSignal, ClientError>
    ) -> LinkSignal {
        continuations[caller] = continuation
        if let end {
            resolve(caller, .failure(end))
            return LinkSignal()
        }
        if Task.isCancelled {
            resolve(caller, .failure(.cancelled))
            return LinkSignal()
        }
        switch body(&self, caller) {
        case .success(let signal):
            return signal
        case .failure(let error):
            resolve(caller, .failure(error))
            return LinkSignal(isReady: !batcher.ready.isEmpty)
        }
    }

    /// Wakes a caller, who may have been woken before.
    mutating func resolve(_ caller: UInt64, _ answer: Recorder.Answer) {
        continuations.removeValue(forKey: caller)?.resume(returning: answer)
    }

    mutating func cancel(_ caller: UInt64) {
        waiting.removeAll { $0.caller == caller }
        flushes.removeAll { $0.caller == caller }
        resolve(caller, .failure(.cancelled))
    }

    mutating func add(_ event: Event, caller: UInt64?) -> Result<LinkSignal, ClientError> {
        do throws(EventError) {
            let started = try batcher.add(event, caller: caller)
            return .success(
                LinkSignal(isReady: !batcher.ready.isEmpty, started: started))
        } catch {
            return .failure(.event(error))
        }
    }

    /// Sends what is being gathered where that alone fills the buffer: nothing else would make room
    /// before it is old enough.
    mutating func makeRoom() -> LinkSignal {
        guard linkSize == 0, batcher.ready.isEmpty else { return LinkSignal() }
        batcher.cut()
        return LinkSignal(isReady: !batcher.ready.isEmpty)
    }

    /// Takes in what waits for room, as far as there is room, in order.
    mutating func admitWaiting() -> LinkSignal {
        var signal = LinkSignal()
        while hasRoom, let next = waiting.popFirst() {
            if let refusal {
                refuse(next, refusal)
                continue
            }
            switch add(next.event, caller: next.isDurable ? next.caller : nil) {
            case .success(let wanted):
                signal.merge(wanted)
                if !next.isDurable { resolve(next.caller, .success(nil)) }
            case .failure(let error):
                signal.isReady = !batcher.ready.isEmpty
                refuse(next, error)
            }
        }
        return signal
    }

    /// Tells the caller of an event that waited, or notes it where nobody is left to tell.
    private mutating func refuse(_ event: Waiting, _ error: ClientError) {
        if event.caller == Batcher.nobody {
            note(undelivered: 1, error)
        } else {
            resolve(event.caller, .failure(error))
        }
    }

    mutating func takeReady() -> [Batcher.Gathered] {
        let ready = batcher.takeReady()
        let now = NIODeadline.now()
        for batch in ready {
            pending[batch.id] = Pending(
                callers: batch.callers, rowsPerCaller: batch.rowsPerCaller,
                isEncoded: batch.isEncoded,
                open: batch.callers.count,
                attended: batch.callers.count { $0 != Batcher.nobody }, since: now)
            linkSize += batch.sizeBound
        }
        return ready
    }

    /// Tells everybody who waits for a batch, or for the part of it that was answered.
    ///
    /// - Returns: Events that were not stored and for which nobody waited.
    mutating func answer(_ id: UInt64, part: Range<Int>? = nil, _ answer: Recorder.Answer) -> Int {
        guard var batch = pending.removeValue(forKey: id) else { return 0 }
        var lost = 0
        for place in part ?? batch.callers.indices
        where batch.callers[place] != Pending.answered {
            let caller = batch.callers[place]
            batch.callers[place] = Pending.answered
            batch.open -= 1
            if caller != Batcher.nobody { batch.attended -= 1 }
            if continuations[caller] == nil { lost += batch.rowsPerCaller }
            resolve(caller, answer)
        }
        if batch.open > 0 { pending[id] = batch }
        endFlushes()
        guard case .failure(let error) = answer else { return 0 }
        note(undelivered: lost, error)
        return lost
    }

    mutating func note(undelivered count: Int, _ error: ClientError) {
        guard count > 0 else { return }
        if undelivered == nil {
            undelivered = Undelivered(events: 0, reason: error.description)
        }
        undelivered?.events += count
    }

    /// Wakes those whose batches were all answered.
    mutating func endFlushes() {
        // Before a spool is open nobody's events have their ids.
        guard !flushes.isEmpty, spool?.isOpen != false else { return }
        var first = min(pending.keys.min() ?? .max, batcher.ready.first?.id ?? .max)
        // What is in the spool is not pending; ids that are in no spool are of no account.
        if let spool, spool.openID <= spool.lastID { first = min(first, spool.openID) }
        for flush in flushes where flush.last < first { resolve(flush.caller, .success(nil)) }
        flushes.removeAll { $0.last < first }
    }

    /// Wakes those who have waited since before `latest`.
    mutating func expire(
        before latest: NIODeadline, reason: String, number: (UInt64) -> UInt64?
    ) {
        while let first = waiting.first, first.since <= latest {
            waiting.removeFirst()
            refuse(first, .overloaded(reason: reason))
        }
        for (id, batch) in pending where batch.since <= latest && batch.attended > 0 {
            let answer = ClientError.unknown(number: number(id), reason: reason)
            for caller in batch.callers { resolve(caller, .failure(answer)) }
            pending[id]?.callers = batch.callers.map {
                $0 == Pending.answered ? $0 : Batcher.nobody
            }
            pending[id]?.attended = 0
        }
        for flush in flushes where flush.since <= latest {
            resolve(flush.caller, .failure(.unknown(number: number(flush.last), reason: reason)))
        }
        flushes.removeAll { $0.since <= latest }
    }

    /// Takes nothing from now on.
    mutating func close(_ error: ClientError) {
        end = end ?? error
        while let first = waiting.popFirst() { refuse(first, error) }
    }

    /// Wakes everybody: the link has stopped.
    ///
    /// - Returns: Events that were not stored, as far as one can know, and for which nobody waited.
    mutating func abandon(_ error: ClientError, number: (UInt64) -> UInt64?) -> Int {
        batcher.cut()
        _ = takeReady()
        var lost = 0
        for id in pending.keys.sorted() {
            let sent = number(id)
            let fate = sent.map { ClientError.unknown(number: $0, reason: error.description) }
            lost += answer(id, .failure(fate ?? error))
        }
        for flush in flushes { resolve(flush.caller, .failure(error)) }
        flushes = []
        return lost
    }
}
