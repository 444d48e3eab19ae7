import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Glibc

/// Failures that need a history, a limit or a broken disk.
extension ServerProvocation {
    // MARK: - Access

    /// Knows a key for each scope, and what is wrong with others.
    static let keys: Authenticator = { credential in
        switch credential {
        case .key("both"): .success(AccessGrant(scopes: [.ingest, .read], keyID: "k1"))
        case .key("ingest"): .success(AccessGrant(scopes: .ingest, keyID: "k2"))
        case .key("read"): .success(AccessGrant(scopes: .read, keyID: "k3"))
        case .key("old"): .failure(.expired)
        case .key("taken"): .failure(.revoked)
        case .key("sick"): .failure(.unavailable("the database is locked"))
        default: .failure(.unknown)
        }
    }

    /// Shows a key, then opens a producer.
    static func access(key: String?) -> ServerProvocation {
        ServerProvocation { client, _, _ in
            if let key { try client.send(Auth(key: key), id: 2) }
            if key == "read" { _ = try client.next(AuthOK.self, id: 2) }
            if key == nil || key == "read" { try client.send(ProducerOpen(name: "p"), id: 3) }
            return try client.next(WireFailure.self)
        }.with { $0.authenticator = keys }
    }

    // MARK: - Load

    static var memoryFull: ServerProvocation {
        ServerProvocation { client, _, _ in
            let batch = try someBatch(20_000)
            return try client.refusal { try client.append(batch, AppendHead(sequence: 0), id: $0) }
        }.with {
            $0.memoryLimit = 300_000
            $0.isForAll = true
        }
    }

    static var overloaded: ServerProvocation {
        ServerProvocation { client, world, _ in
            _ = try client.append(someBatch(50_000))
            var slow = CountRequest()
            slow.filters = (0..<12).map { _ in
                .init(attribute: "n", values: [.int64(-1), .int64(-2), .int64(-3)])
            }
            // One has the thread and the other the only place behind it, again and again.
            let others = try [world.greeted(), world.greeted()]
            for other in others {
                try other.send((10..<26).flatMap { RawClient.frame(slow, id: $0) })
                try other.send(Ping(value: 1), id: 99)
                while try other.next().header.opcode != .pong {}
            }
            let refusal = try client.refusal { try client.send(CountRequest(), id: $0) }
            withExtendedLifetime(others) {}
            return refusal
        }.with {
            $0.configure = {
                $0.queryThreads = 1
                $0.queryBacklog = 1
            }
        }
    }

    static var noSpace: ServerProvocation {
        ServerProvocation { client, world, _ in
            let used = try world.disk.files.reduce(0) { $0 + (try world.disk.peek($1).count) }
            world.disk.diskCapacity = Int64(used)
            let batch = try someBatch(60_000)
            return try client.refusal { try client.append(batch, AppendHead(sequence: 0), id: $0) }
        }.with { $0.isForAll = true }
    }

    static var logFailed: ServerProvocation {
        ServerProvocation { client, world, _ in
            let next = world.disk.operationCount
            world.disk.failures = (0..<4_000).map {
                .failOperation(index: next + $0, reason: .other(5), sticky: true)
            }
            return try client.refusal {
                try client.append(someBatch(1), AppendHead(sequence: 0), id: $0)
            }
        }.with { $0.isForAll = true }
    }

    static var shuttingDown: ServerProvocation {
        ServerProvocation { client, world, _ in
            try world.store.close()
            try client.append(someBatch(3), AppendHead(sequence: 1), id: 2)
            return try client.next(WireFailure.self, id: 2)
        }.with { $0.isForAll = true }
    }

    static var tooManyConnections: ServerProvocation {
        ServerProvocation { client, world, _ in
            // The witness, this client and one for the test to look with are three.
            let other = try world.greeted()
            let refused = try world.client()
            let failure = try refused.next(WireFailure.self)
            guard try refused.isClosed() else { throw RawClient.Unexpected(description: "open") }
            refused.close()
            other.close()
            while world.server.connectionCount > 2 { sched_yield() }
            return failure
        }.with {
            $0.configure = { $0.maximumConnections = 3 }
            $0.isElsewhere = true
        }
    }

    // MARK: - Clocks

    static var idleTimeout: ServerProvocation {
        ServerProvocation { client, _, _ in
            _ = try client.next(Ping.self)
            return try client.next(WireFailure.self)
        }.with { $0.configure = { $0.idleTimeout = .seconds(1) } }
    }

    static var slowPeer: ServerProvocation {
        stream { try Array(RawClient.append(someBatch(4), AppendHead(sequence: 1), id: 3)[..<99]) }
            .with { $0.configure = { $0.frameTimeout = .milliseconds(100) } }
    }

    static var handshakeTimeout: ServerProvocation {
        stream { Array(RawClient.frame(Hello(clientName: "slow")).prefix(20)) }.with {
            $0.configure = { $0.handshakeTimeout = .milliseconds(500) }
            $0.isGreeted = false
        }
    }

    // MARK: - Windows

    static var creditExceeded: ServerProvocation {
        ServerProvocation { client, _, gate in
            let values = (0..<3).map {
                Attribute("a\($0)", .string("\($0)" + String(repeating: "x", count: 1_000_000)))
            }
            let batch = try encoded([
                Event(type: "t", time: Timestamp(seconds: 1), attributes: values)
            ])
            gate.close()
            defer { gate.open() }
            // 8 MiB take two of 3 MB.
            for id in 1...3 { try client.append(batch, AppendHead(sequence: 0), id: UInt32(id)) }
            return try client.next(WireFailure.self, id: 3)
        }.with { $0.segmentSize = 16 << 20 }
    }

    static var tooManyRequests: ServerProvocation {
        ServerProvocation { client, _, gate in
            gate.close()
            defer { gate.open() }
            for id in 1...5 {
                try client.append(someBatch(1), AppendHead(sequence: 0), id: UInt32(id))
            }
            return try client.next(WireFailure.self, id: 5)
        }.with { $0.configure = { $0.maximumInFlight = 4 } }
    }

    // MARK: - Producers

    /// Sends two different batches, the second with that number.
    static func producer(sequence: UInt64, number: UInt32? = nil) -> ServerProvocation {
        ServerProvocation { client, _, _ in
            let state = try client.openProducer("p")
            var head = AppendHead(producer: state.producer, epoch: state.epoch, sequence: 1)
            _ = try client.append(someBatch(1), head)
            head.producer = number ?? head.producer
            head.sequence = sequence
            try client.append(someBatch(2), head, id: 3)
            return try client.next(WireFailure.self, id: 3)
        }
    }

    static var fenced: ServerProvocation {
        ServerProvocation { client, world, _ in
            let old = try client.openProducer("p")
            _ = try world.greeted().openProducer("p")
            let head = AppendHead(producer: old.producer, epoch: old.epoch, sequence: 1)
            try client.append(someBatch(1), head, id: 3)
            return try client.next(WireFailure.self, id: 3)
        }
    }

    static var tooManyProducers: ServerProvocation {
        ServerProvocation { client, _, _ in
            for start in stride(from: 0, to: Limits.producers, by: 500) {
                let names = start..<start + 500
                try client.send(
                    names.flatMap { RawClient.frame(ProducerOpen(name: "p\($0)"), id: 3) })
                for _ in names { _ = try client.next(ProducerState.self, id: 3) }
            }
            try client.send(ProducerOpen(name: "one more"), id: 3)
            return try client.next(WireFailure.self, id: 3)
        }
    }

    // MARK: - Questions

    static var badQuery: ServerProvocation {
        var request = CountRequest()
        request.groupings = [.bucket(microseconds: 1)]
        return stream { RawClient.frame(request, id: 3) }
    }

    /// Both frames come at once, and the answer has to come from another thread.
    static var cancelled: ServerProvocation {
        stream {
            RawClient.frame(CountRequest(), id: 3) + RawClient.frame(Cancel(requestID: 3))
        }
    }
}

extension RawClient {
    /// Asks until something is refused; acknowledgements and answers before it are gone over.
    func refusal(_ ask: (UInt32) throws -> Void) throws -> WireFailure {
        for id in 100..<20_000 as Range<UInt32> {
            try ask(id)
            let frame = try next()
            if frame.header.opcode == .error {
                return try WireFailure(payload: frame.payload.rawSpan)
            }
        }
        throw Unexpected(description: "nothing was refused")
    }
}
