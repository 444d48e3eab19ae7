import AuraCore
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Testing

@Suite(.serialized) struct ServerAppendTests {
    @Test func `a batch is acknowledged, credited, stable, and counted`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let batch = try someBatch(100)
            let ack = try client.append(batch, AppendHead(sequence: 42))
            #expect(ack == AppendAck(sequence: 42, firstSequence: 1, rowCount: 100))
            #expect(ack.level == .disk)
            try client.waitForCredit(UInt64(batch.count + AppendHead.size))
            #expect(client.granted == UInt64(batch.count + AppendHead.size))
            try client.waitForStable(100)
            #expect(client.stable == Stable(stable: 100, visible: 100))
            #expect(try client.count() == 100)
        }
    }

    @Test func `a producer's batches sent twice are stored once`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let state = try client.openProducer("web-1")
            #expect(state == ProducerState(producer: 1, epoch: 1, nextSequence: 1))
            let batches = try (0..<20).map { try someBatch(10, from: $0 * 10) }
            for round in 0..<2 {
                for (index, batch) in batches.enumerated() {
                    let head = AppendHead(
                        producer: 1, epoch: 1, sequence: UInt64(index + 1))
                    try client.append(batch, head, id: UInt32(100 + index))
                }
                for index in batches.indices {
                    let ack = try client.next(AppendAck.self, id: UInt32(100 + index))
                    #expect(ack.sequence == UInt64(index + 1))
                    #expect(ack.firstSequence == UInt64(index * 10 + 1))
                    #expect(ack.rowCount == 10)
                    #expect(ack.flags == (round == 0 ? [] : .duplicate))
                }
            }
            #expect(try client.count() == 200)
        }
    }

    @Test func `a number used for other bytes is a conflict, a gap names what is missing`()
        async throws
    {
        try await withServer { world in
            let client = try world.greeted()
            let state = try client.openProducer("p")
            func head(_ sequence: UInt64) -> AppendHead {
                AppendHead(producer: state.producer, epoch: state.epoch, sequence: sequence)
            }
            _ = try client.append(someBatch(1), head(1))
            try client.append(someBatch(2), head(1), id: 2)
            let conflict = try client.next(WireFailure.self, id: 2)
            #expect(conflict.code == .sequenceConflict)
            #expect(conflict.failureClass == .stop)
            try client.append(someBatch(2), head(5), id: 3)
            let gap = try client.next(WireFailure.self, id: 3)
            #expect(gap.code == .outOfSequence)
            #expect(gap.expectedSequence == 2)
            #expect(gap.failureClass == .retry)
            try client.append(
                someBatch(2), AppendHead(producer: 9, epoch: 1, sequence: 1), id: 4)
            let unknown = try client.next(WireFailure.self, id: 4)
            #expect(unknown.code == .unknownProducer)
            #expect(unknown.failureClass == .reopenProducer)
            #expect(try client.count() == 1)
        }
    }

    @Test func `a batch from long ago is acknowledged as done`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let state = try client.openProducer("p")
            let batch = try someBatch(1)
            for number in 1...70 {
                let head = AppendHead(
                    producer: state.producer, epoch: state.epoch, sequence: UInt64(number))
                _ = try client.append(batch, head)
            }
            let old = AppendHead(producer: state.producer, epoch: state.epoch, sequence: 3)
            let ack = try client.append(batch, old)
            #expect(ack.flags == [.duplicate, .forgotten])
            #expect(ack.firstSequence == 0 && ack.rowCount == 0 && ack.sequence == 3)
            #expect(try client.count() == 70)
        }
    }

    @Test func `whoever opens a name later fences the first`() async throws {
        try await withServer { world in
            let first = try world.greeted()
            let old = try first.openProducer("p")
            _ = try first.append(
                someBatch(1), AppendHead(producer: old.producer, epoch: old.epoch, sequence: 1))
            let second = try world.greeted()
            let new = try second.openProducer("p")
            #expect(new == ProducerState(producer: old.producer, epoch: 2, nextSequence: 2))
            try first.append(
                someBatch(1), AppendHead(producer: old.producer, epoch: old.epoch, sequence: 2),
                id: 2)
            #expect(try first.nextFailure() == .fenced)
            let ack = try second.append(
                someBatch(1), AppendHead(producer: new.producer, epoch: new.epoch, sequence: 2))
            #expect(ack.firstSequence == 2)
        }
    }

    @Test func `a producer's name has a size`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            for name in ["", String(repeating: "n", count: 129)] {
                try client.send(ProducerOpen(name: name), id: 2)
                #expect(try client.nextFailure() == .badProducerName)
            }
            #expect(try client.openProducer(String(repeating: "n", count: 128)).epoch == 1)
        }
    }

    @Test func `events may lie a day ahead and any time back`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let day: Int64 = 86_400_000_000
            func batch(_ time: Int64) throws -> [UInt8] {
                try encoded([
                    Event(type: "t", time: Timestamp(microseconds: TestClock.start)),
                    Event(type: "t", time: Timestamp(microseconds: time)),
                ])
            }
            #expect(try client.append(batch(TestClock.start + day)).rowCount == 2)
            #expect(try client.append(batch(Limits.earliestTime)).rowCount == 2)
            try client.append(batch(TestClock.start + day + 1), AppendHead(sequence: 1), id: 2)
            let failure = try client.next(WireFailure.self, id: 2)
            #expect(failure.code == .timeTooFar)
            #expect(failure.failureClass == .fixRequest)
            #expect(failure.message.contains("2023-11-15T22:13:20.000001Z"))
            #expect(try client.count() == 4)
        }
    }

    @Test func `what exceeds the credit is refused and comes back`() async throws {
        let disk = GatedFileSystem(SimulatedFileSystem())
        try await withServer(segmentSize: 16 << 20, fileSystem: disk) { world in
            let client = try world.greeted()
            let batch = try encoded([
                Event(
                    type: "t", time: Timestamp(seconds: 1),
                    attributes: (0..<3).map {
                        Attribute(
                            "a\($0)",
                            .string("\($0)" + String(repeating: "x", count: 1_000_000)))
                    })
            ])
            let size = UInt64(batch.count + AppendHead.size)
            disk.gate.close()
            for id in 1...3 { try client.append(batch, AppendHead(sequence: 0), id: UInt32(id)) }
            // 8 MiB take two of 3 MB; the third is refused while those wait for the disk.
            let failure = try client.next(WireFailure.self, id: 3)
            #expect(failure.code == .creditExceeded)
            #expect(failure.failureClass == .retry)
            try client.waitForCredit(size)
            disk.gate.open()
            _ = try client.next(AppendAck.self, id: 1)
            _ = try client.next(AppendAck.self, id: 2)
            try client.waitForCredit(3 * size)
            #expect(try client.append(batch).firstSequence == 3)
        }
    }

    @Test func `requests in flight are limited`() async throws {
        let disk = GatedFileSystem(SimulatedFileSystem())
        try await withServer(
            fileSystem: disk,
            configure: { configuration in
                configuration.maximumInFlight = 4
            }
        ) { world in
            let client = try world.greeted()
            disk.gate.close()
            for id in 1...5 {
                try client.append(someBatch(1), AppendHead(sequence: 0), id: UInt32(id))
            }
            #expect(try client.next(WireFailure.self, id: 5).code == .tooManyRequests)
            disk.gate.open()
            for id in 1...4 { _ = try client.next(AppendAck.self, id: UInt32(id)) }
            #expect(try client.append(someBatch(1)).rowCount == 1)
        }
    }

    @Test func `spent memory, a full disk and a failed log have their codes`() async throws {
        try await withServer(memoryLimit: 100_000) { world in
            let client = try world.greeted()
            let batch = try someBatch(20_000)
            _ = try client.append(batch)
            try client.append(batch + [], AppendHead(sequence: 0), id: 2)
            try client.append(batch, AppendHead(sequence: 0), id: 3)
            var last = try client.next()
            while last.header.opcode == .appendAck { last = try client.next() }
            let failure = try WireFailure(payload: last.payload.rawSpan)
            #expect(failure.code == .memoryFull)
            #expect(failure.failureClass == .retry && failure.retryAfterMilliseconds > 0)
        }
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(1))
            let used = try world.disk.files.reduce(0) { $0 + (try world.disk.peek($1).count) }
            world.disk.diskCapacity = Int64(used)
            let batch = try someBatch(60_000)
            var code: FailureCode?
            for id in 1..<60 where code == nil {
                try client.append(batch, AppendHead(sequence: 0), id: UInt32(id))
                let frame = try client.next()
                if frame.header.opcode == .error {
                    code = try WireFailure(payload: frame.payload.rawSpan).code
                }
            }
            #expect(code == .noSpace)
            world.disk.diskCapacity = nil
            // It takes a moment until a spare segment is made, and writes go on by themselves.
            var ack: RawClient.Frame?
            while ack?.header.opcode != .appendAck {
                try client.append(batch, AppendHead(sequence: 0), id: 99)
                ack = try client.next()
            }
        }
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(1))
            let next = world.disk.operationCount
            world.disk.failures = (0..<400).map {
                .failOperation(index: next + $0, reason: .other(5), sticky: true)
            }
            try client.append(someBatch(1), AppendHead(sequence: 0), id: 2)
            let failure = try client.next(WireFailure.self, id: 2)
            #expect(failure.code == .logFailed)
            #expect(failure.failureClass == .reconnect)
            // Reading goes on.
            #expect(try client.count() == 1)
            try client.send(StatusRequest(), id: 3)
            #expect(try !client.next(StatusInfo.self).isWritable)
        }
    }
}
