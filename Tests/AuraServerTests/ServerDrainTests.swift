import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Glibc
import Testing

@Suite(.serialized) struct ServerDrainTests {
    @Test func `a server that stops answers what is on its way`() async throws {
        let disk = GatedFileSystem(SimulatedFileSystem())
        try await withServer(
            fileSystem: disk, configure: { $0.drainTimeout = .seconds(60) }
        ) { world in
            let client = try world.greeted()
            let idle = try world.greeted()
            try idle.send(Subscribe(from: 0, credit: 1), id: 4)
            _ = try idle.nextEvents(id: 4)
            disk.gate.close()
            defer { disk.gate.open() }
            for id in 1...5 {
                try client.append(someBatch(2), AppendHead(sequence: UInt64(id)), id: UInt32(id))
            }
            // All five have arrived when the answer to what follows them has.
            try client.send(Ping(value: 1), id: 6)
            _ = try client.next(Pong.self)
            async let stopped: Void = world.server.stop()
            let farewell = try client.next(GoAway.self)
            #expect(farewell.reason == FailureCode.shuttingDown.rawValue)
            #expect(try idle.next(End.self, id: 4).next == 1)
            _ = try idle.next(GoAway.self)
            #expect(try idle.isClosed())
            try client.append(someBatch(2), AppendHead(sequence: 6), id: 7)
            let refusal = try client.next(WireFailure.self, id: 7)
            #expect(refusal.code == .shuttingDown)
            #expect(refusal.failureClass == .reconnect)
            disk.gate.open()
            for id in 1...5 {
                let ack = try client.next(AppendAck.self, id: UInt32(id))
                #expect(ack.firstSequence == UInt64(id * 2 - 1))
            }
            #expect(try client.isClosed())
            try await stopped
            #expect(throws: RawClient.Closed.self) { try world.client() }
        }
    }

    @Test func `a server does not wait for ever`() async throws {
        let disk = GatedFileSystem(SimulatedFileSystem())
        try await withServer(
            fileSystem: disk, configure: { $0.drainTimeout = .milliseconds(100) }
        ) { world in
            let client = try world.greeted()
            disk.gate.close()
            defer { disk.gate.open() }
            try client.append(someBatch(2), AppendHead(sequence: 1), id: 1)
            try client.send(Ping(value: 1), id: 6)
            _ = try client.next(Pong.self)
            try await world.server.stop()
            _ = try client.next(GoAway.self)
            #expect(try client.isClosed())
        }
    }

    @Test func `a store that closes sends its clients away`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(3))
            try world.store.close()
            try client.append(someBatch(3), AppendHead(sequence: 1), id: 2)
            #expect(try client.next(WireFailure.self, id: 2).code == .shuttingDown)
            _ = try client.next(GoAway.self)
            #expect(try client.isClosed())
        }
    }

    @Test func `a server whose listener is gone still answers what waits when it stops`()
        async throws
    {
        let disk = GatedFileSystem(SimulatedFileSystem())
        try await withServer(fileSystem: disk) { world in
            let client = try world.greeted()
            try shutDownListener(of: world.port)
            disk.gate.close()
            try client.append(someBatch(2), AppendHead(sequence: 1), id: 1)
            try client.send(Ping(value: 1), id: 6)
            _ = try client.next(Pong.self)
            // Until the server has noticed, too, nobody can connect.
            #expect(throws: RawClient.Closed.self) { try world.client() }
            async let stopped: Void = world.server.stop()
            _ = try client.next(GoAway.self)
            disk.gate.open()
            #expect(try client.next(AppendAck.self, id: 1).rowCount == 2)
            try await stopped
            #expect(try client.isClosed())
        }
    }

    /// Ends the listening of this process's socket at that port, as a failing network stack would.
    private func shutDownListener(of port: Int) throws {
        let sockets = (Int32(3)..<1_024).filter { socket in
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let named = unsafe withUnsafeMutablePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(socket, $0, &size)
                }
            }
            var isListening: Int32 = 0
            size = 4
            let asked = unsafe getsockopt(
                socket, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size)
            return named == 0 && asked == 0 && isListening == 1
                && Int(UInt16(bigEndian: address.sin_port)) == port
        }
        try #require(sockets.count == 1)
        try #require(shutdown(sockets[0], Int32(SHUT_RDWR)) == 0)
    }

    @Test func `a server stops and starts again`() async throws {
        try await withServer { world in
            #expect(try world.greeted().append(someBatch(3)).firstSequence == 1)
            try await world.server.stop()
            let port = try await world.server.start()
            let client = try RawClient(port: port)
            try client.greet()
            #expect(try client.append(someBatch(3)).firstSequence == 4)
        }
    }

    @Test func `many connections at once lose nothing`() async throws {
        try await withServer { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        let client = try world.greeted()
                        let producer = try client.openProducer("p\(number)")
                        for sequence in 1...50 {
                            try client.append(
                                someBatch(3),
                                AppendHead(
                                    producer: producer.producer, epoch: 1,
                                    sequence: UInt64(sequence)),
                                id: UInt32(sequence))
                        }
                        var last: UInt64 = 0
                        for sequence in 1...50 {
                            let ack = try client.next(AppendAck.self, id: UInt32(sequence))
                            #expect(ack.sequence == UInt64(sequence))
                            #expect(ack.firstSequence > last)
                            last = ack.firstSequence
                        }
                        try client.waitForStable(last + 2)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try world.greeted().count() == 16 * 50 * 3)
        }
    }
}
