import AuraCore
import AuraTesting
import AuraWire
import Dispatch
import Synchronization
import Testing

@testable import AuraServer

/// No client's questions keep the others from theirs.
@Suite(.serialized) struct ServerFairnessTests {
    /// A count over all events that takes its time and finds none.
    private static func slowCount(filters: Int) -> CountRequest {
        var request = CountRequest()
        request.filters = (0..<filters).map { _ in
            .init(attribute: "n", values: [.int64(-1), .int64(-2), .int64(-3)])
        }
        return request
    }

    private static func fill(_ client: RawClient, batches: Int) throws {
        let batch = try someBatch(50_000)
        for _ in 0..<batches { _ = try client.append(batch) }
    }

    /// Waits until the server has taken all that was sent before, and counts the answers that came
    /// in between.
    @discardableResult
    private static func answersUntilPong(_ client: RawClient) throws -> Int {
        try client.send(Ping(value: 1), id: 99)
        var answers = 0
        while true {
            let frame = try client.next()
            if frame.header.opcode == .pong { return answers }
            answers += 1
        }
    }

    @Test func `a client with many counts does not keep another waiting for all of them`()
        async throws
    {
        try await withServer(configure: { $0.queryThreads = 1 }) { world in
            let greedy = try world.greeted()
            let modest = try world.greeted()
            try Self.fill(greedy, batches: 2)
            let slow = Self.slowCount(filters: 12)
            try greedy.send((1...6).flatMap { RawClient.frame(slow, id: UInt32($0)) })
            let before = try Self.answersUntilPong(greedy)
            #expect(try modest.count() == 100_000)
            let after = try Self.answersUntilPong(greedy)
            // The one that was at work, and perhaps one more.
            #expect(before + after <= 3)
            for _ in (before + after)..<6 { #expect(try greedy.next(Counts.self).rows.isEmpty) }
        }
    }

    @Test func `a client has only so many counts open, and is told so`() async throws {
        try await withServer(configure: { $0.maximumQuestions = 3 }) { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(10))
            try client.send((1...5).flatMap { RawClient.frame(CountRequest(), id: UInt32($0)) })
            var answered: [UInt32] = []
            var refused: [UInt32] = []
            for _ in 1...5 {
                let frame = try client.next()
                if frame.header.opcode == .error {
                    let failure = try WireFailure(payload: frame.payload.rawSpan)
                    #expect(failure.code == .tooManyRequests)
                    #expect(failure.failureClass == .retry)
                    #expect(failure.message.contains("3 questions"))
                    refused.append(frame.header.requestID)
                } else {
                    answered.append(frame.header.requestID)
                }
            }
            #expect(answered == [1, 2, 3])
            #expect(refused == [4, 5])
            #expect(try client.count() == 10)
        }
    }

    @Test func `a count for which there is no place in the queue is put off`() async throws {
        try await withServer(configure: { configuration in
            configuration.queryThreads = 1
            configuration.queryBacklog = 0
        }) { world in
            let busy = try world.greeted()
            let other = try world.greeted()
            try Self.fill(busy, batches: 4)
            try busy.send(Self.slowCount(filters: 20), id: 1)
            try Self.answersUntilPong(busy)
            try other.send(CountRequest(), id: 2)
            let failure = try other.next(WireFailure.self, id: 2)
            #expect(failure.code == .overloaded)
            #expect(failure.failureClass == .retry)
            #expect(try busy.next(Counts.self, id: 1).rows.isEmpty)
        }
    }

    /// Without an end the count below would take longer than any client waits.
    @Test(arguments: [true, false])
    func `a count at work ends when it is cancelled or its client goes`(
        isCancelled: Bool
    )
        async throws
    {
        try await withServer(configure: { $0.queryThreads = 1 }) { world in
            let client = try world.greeted()
            let other = try world.greeted()
            try Self.fill(client, batches: 150)
            try client.send(Self.slowCount(filters: 64), id: 1)
            try Self.answersUntilPong(client)
            if isCancelled {
                try client.send(Cancel(requestID: 1))
                #expect(try client.next(WireFailure.self, id: 1).code == .cancelled)
                #expect(try client.count() == 150 * 50_000)
            } else {
                client.close()
            }
            #expect(try other.count() == 150 * 50_000)
        }
    }

    @Test func `the queue takes what its threads and backlog hold, and no more`() {
        let queue = QueryQueue(width: 1, backlog: 1)
        let gate = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        let ran = Mutex<[Int]>([])
        let taken = (1...3).map { number in
            queue.submit {
                gate.wait()
                ran.withLock { $0.append(number) }
                done.signal()
            }
        }
        #expect(taken == [true, true, false])
        for _ in 1...2 { gate.signal() }
        for _ in 1...2 { done.wait() }
        #expect(ran.withLock { $0 } == [1, 2])
    }

    @Test func `answers share the memory for unread ones, and one alone has all it needs`() {
        let budget = AnswerBudget(limit: 10)
        var large = budget.take(30)
        #expect(large != nil)
        #expect(budget.take(1) == nil)
        large = nil
        let six = budget.take(6)
        #expect(budget.take(5) == nil)
        let four = budget.take(4)
        #expect(six != nil && four != nil)
        #expect(budget.take(1) == nil)
        withExtendedLifetime((large, six, four)) {}
    }
}
