import AuraCore
import AuraTesting
import AuraWire
import NIOCore
import Testing

@testable import AuraClient

/// A `Sender` and a model of a server, joined by two wires on which anything may happen.
private struct SenderWorld {
    var random: SeededRandom
    var sender: Sender
    var server = ClientModelServer()
    var toServer: [(Sender.Output, UInt32)] = []
    var toClient: [ClientModelServer.Answer] = []
    var requests: UInt32 = 1
    var batches: UInt64 = 0
    var poison: Set<UInt64> = []
    var stored: [UInt64: Int] = [:]
    var refused: [UInt64] = []
    var lost: UInt64 = 0
    var stop: ClientError?
    var isPaused = false
    var isConnected = false

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        let limit = random.element(of: [1, 2, 7, 64])
        sender = Sender(producer: "p", numbering: .drawn, limit: limit)
    }

    static func batch(_ id: UInt64) -> SendWindow.Batch {
        var body = ByteBuffer()
        body.writeInteger(id)
        return SendWindow.Batch(id: id, body: body, rowCount: 1)
    }

    mutating func add() {
        batches += 1
        let batch = SenderWorld.batch(batches)
        if random.chance(4) {
            poison.insert(batches)
            server.poison.insert(batch.hash)
        }
        sender.append(batch)
    }

    mutating func connect() {
        guard !isConnected else { return }
        isConnected = true
        sender.connected(server.hello)
    }

    mutating func cut() {
        // What was on its way may still arrive, up to some point; nothing comes back.
        for (output, id) in toServer.prefix(random.below(toServer.count + 1)) {
            _ = server.receive(output, id, isFull: false)
        }
        toServer = []
        toClient = []
        isConnected = false
        isPaused = false
        sender.disconnected()
    }

    mutating func send() {
        while let output = sender.next(requestID: requests) {
            toServer.append((output, requests))
            requests += 1
        }
    }

    mutating func receive(_ answer: ClientModelServer.Answer) {
        switch answer {
        case .state(let state, let id): act(sender.received(state, requestID: id))
        case .ack(let ack, let id): act(sender.received(ack, requestID: id))
        case .failure(let failure, let id): act(sender.received(failure, requestID: id))
        case .stable(let stable): sender.received(stable)
        }
    }

    mutating func act(_ effects: [Sender.Effect]) {
        for effect in effects {
            switch effect {
            case .stored(let batch, _):
                if !batch.batch.isRestored { stored[batch.batch.id, default: 0] += 1 }
            case .refused(let batch, _): refused.append(batch.batch.id)
            case .pause: isPaused = true
            case .reconnect: cut()
            case .stop(let error):
                stop = error
                sender.stop()
            case .opened, .divided: break
            case .lost(let count): lost += count
            }
        }
    }

    /// One thing happens.
    mutating func step(withRestores: Bool) {
        switch random.below(withRestores ? 100 : 97) {
        case 0..<18: add()
        case 18..<40: send()
        case 40..<62:
            guard !toServer.isEmpty else { return }
            let (output, id) = toServer.removeFirst()
            toClient += server.receive(output, id, isFull: random.chance(8))
        case 62..<82:
            if !toClient.isEmpty { receive(toClient.removeFirst()) }
        case 82..<88: answer(server.commit())
        case 88..<89: answer(server.failCommit())
        case 89..<90: answer(server.promise())
        case 90..<91:
            server.crash(isTorn: random.chance(50))
            cut()
        case 91..<93: cut()
        case 93..<97:
            connect()
            if isPaused {
                isPaused = false
                sender.resume()
            }
        case 97..<98: server.makeBackup()
        default:
            guard random.chance(20) else { return }
            server.restore()
            cut()
        }
    }

    /// One thing happens of what always happens.
    mutating func stepInPeace() {
        switch random.below(4) {
        case 0: send()
        case 1:
            guard !toServer.isEmpty else { return }
            let (output, id) = toServer.removeFirst()
            toClient += server.receive(output, id, isFull: false)
        case 2: if !toClient.isEmpty { receive(toClient.removeFirst()) }
        default:
            connect()
            toClient += server.commit()
        }
    }

    private mutating func answer(_ answers: [ClientModelServer.Answer]) {
        if isConnected { toClient += answers }
    }

    /// Nothing goes wrong any more.
    mutating func settle() {
        for _ in 0..<1_000 where sender.hasWork {
            connect()
            isPaused = false
            sender.resume()
            send()
            for (output, id) in toServer { toClient += server.receive(output, id, isFull: false) }
            toServer = []
            toClient += server.commit() + server.promise()
            while !toClient.isEmpty { receive(toClient.removeFirst()) }
        }
    }
}

@Suite struct ClientSenderTests {
    @Test func `whatever breaks, each batch is stored once and in order`() {
        for seed in 0..<UInt64(Effort.count(300)) {
            var world = SenderWorld(seed: seed)
            for _ in 0..<600 { world.step(withRestores: false) }
            world.settle()
            let kept = (1..<world.batches + 1).filter { !world.poison.contains($0) }
            let hashes = kept.map { SenderWorld.batch($0).hash }
            #expect(world.server.log.map(\.hash) == hashes, "seed \(seed)")
            #expect(
                world.stored == Dictionary(uniqueKeysWithValues: kept.map { ($0, 1) }),
                "seed \(seed)")
            #expect(world.refused == world.poison.sorted(), "seed \(seed)")
            #expect(world.sender.window.count == 0, "seed \(seed): \(world.sender.window.count)")
            #expect(world.sender.window.size == 0, "seed \(seed)")
            #expect(world.lost == 0 && world.stop == nil, "seed \(seed): \(world.stop as Any)")
        }
    }

    @Test func `after a restore only what the server had promised to keep is missing, and counted`()
    {
        var losses: UInt64 = 0
        for seed in 0..<UInt64(Effort.count(200)) {
            var world = SenderWorld(seed: seed)
            for _ in 0..<600 { world.step(withRestores: true) }
            world.settle()
            let kept = Set(1..<world.batches + 1).subtracting(world.poison)
            let ids = Dictionary(
                uniqueKeysWithValues: kept.map { (SenderWorld.batch($0).hash, $0) })
            let log = world.server.log.compactMap { ids[$0.hash] }
            #expect(log.count == world.server.log.count, "seed \(seed): foreign batches")
            #expect(log == log.sorted(), "seed \(seed): out of order")
            #expect(Set(log).count == log.count, "seed \(seed): doubled")
            #expect(world.stop == nil, "seed \(seed): \(world.stop as Any)")
            // A restore to a second, later copy brings back what was reported as lost.
            let missing = UInt64(kept.count - log.count)
            #expect(missing <= world.lost, "seed \(seed)")
            losses += missing
        }
        #expect(losses > 0, "no restore took anything away: the test is void")
    }

    @Test func `a stranger who uses the name is noticed, not mistaken for oneself`() {
        var met = 0
        for seed in 0..<UInt64(Effort.count(200)) {
            var world = SenderWorld(seed: seed)
            for id in 1...10 { world.sender.append(SenderWorld.batch(UInt64(id))) }
            for _ in 0..<world.random.below(200) { world.stepInPeace() }
            world.cut()
            let wasOpen = world.sender.nextNumber != nil
            let wasDone = world.stored.count == 10
            for number in 0..<1 + world.random.below(80) {
                world.server.intrude(hash: 7 + UInt64(number))
            }
            world.settle()
            if wasOpen, !wasDone {
                #expect(world.stop == .fenced(producer: "p"), "seed \(seed)")
                met += 1
            }
            let own = (1...10).map { SenderWorld.batch($0).hash }
            let log = world.server.log.map(\.hash).filter { own.contains($0) }
            #expect(Set(log).count == log.count, "seed \(seed): doubled")
        }
        #expect(met > 50)
    }

    @Test func `a fenced producer stops`() throws {
        var world = SenderWorld(seed: 1)
        world.add()
        world.connect()
        world.send()
        for (output, id) in world.toServer {
            world.toClient += world.server.receive(output, id, isFull: false)
        }
        world.toServer = []
        for answer in world.server.commit() { world.receive(answer) }
        world.send()
        world.server.intrude(hash: 1)
        for (output, id) in world.toServer {
            for answer in world.server.receive(output, id, isFull: false) { world.receive(answer) }
        }
        #expect(world.stop == .fenced(producer: "p"))
        #expect(!world.sender.hasWork)
    }
}
