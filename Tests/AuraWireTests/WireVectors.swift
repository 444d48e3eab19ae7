import AuraCore
import AuraWire

extension WireVector {
    /// A batch of one event, as `Formats/vectors/batch/one-row` has it.
    static let batch: [UInt8] = {
        var builder = BatchBuilder()
        do {
            _ = try builder.append(
                Event(type: "t", time: Timestamp(microseconds: 1_700_000_000_000_000)))
        } catch { preconditionFailure("\(error)") }
        return builder.finish() ?? []
    }()

    /// One of each message and more where a message has choices.
    static let all = connection + writing + asking + status + ordering

    private static let connection = [
        WireVector(
            "hello", "The first frame of a client", Hello(clientName: "aura-swift 1.0"), id: 1,
            [
                ("minimum version", .u16(1)), ("maximum version", .u16(1)), ("features", .u64(0)),
                ("client name", .text("aura-swift 1.0")),
            ]),
        WireVector(
            "hello-ack", "What the server allows",
            HelloAck(
                version: 1, isAuthRequired: true, features: [], incarnation: 0x0123_4567_89AB_CDEF,
                maximumPayload: 4_259_840, maximumInFlight: 1_024, initialCredit: 8_388_608,
                serverTime: 1_700_000_000_000_001, serverName: "aura", serverVersion: "1.0"),
            id: 1, flags: 1,
            [
                ("version", .u16(1)), ("auth required", .bool(true)), ("features", .u64(0)),
                ("incarnation", .u64(0x0123_4567_89AB_CDEF)), ("maximum payload", .u32(4_259_840)),
                ("maximum in flight", .u32(1_024)), ("initial credit", .u64(8_388_608)),
                ("server time", .i64(1_700_000_000_000_001)), ("server name", .text("aura")),
                ("server version", .text("1.0")),
            ]),
        longerHello,
        WireVector(
            "auth", "A key", Auth(key: "aura_ing_0123"), id: 2, [("key", .text("aura_ing_0123"))]),
        WireVector(
            "auth-ok", "Two scopes", AuthOK(scopes: [.ingest, .read], keyID: "k-1"), id: 2,
            flags: 1, [("scopes", .u64(3)), ("key id", .text("k-1"))]),
        WireVector("ping", "From the server", Ping(value: 7), [("value", .u64(7))]),
        WireVector(
            "pong", "The answer to a ping", Pong(value: .max), id: 9, flags: 1,
            [("value", .u64(.max))]),
        WireVector(
            "go-away", "The server stops", GoAway(.shuttingDown),
            [("reason", .u16(306)), ("text", .text("the server is closing"))]),
        WireVector(
            "error", "A producer's batch is missing before this one",
            WireFailure(.outOfSequence, detail: "5", expectedSequence: 5), id: 10, flags: 1,
            [
                ("code", .u16(501)), ("class", .u8(0)), ("retry after", .u32(0)),
                ("expected sequence", .u64(5)), ("condition", .u32(0)), ("place", .u32(0)),
                (
                    "message",
                    .text(
                        "a batch is missing before this one (5); send again from the number given")
                ),
            ]),
        WireVector(
            "error-invalid", "A batch broke condition 3 of batch.md",
            WireFailure(.batchInvalid, FormatError(.batch, 3, at: 8, "0 rows")), id: 10, flags: 1,
            [
                ("code", .u16(401)), ("class", .u8(2)), ("retry after", .u32(0)),
                ("expected sequence", .u64(0)), ("condition", .u32(3)), ("place", .u32(8)),
                (
                    "message",
                    .text(
                        "the batch is not valid (batch.md condition 3, byte 8: 0 rows); encode it as"
                            + " Formats/batch.md says; condition and place are given")
                ),
            ]),
        WireVector("credit", "From the server", Credit(bytes: 65_568), [("bytes", .u64(65_568))]),
        WireVector("cancel", "Ends request 12", Cancel(requestID: 12), [("request id", .u32(12))]),
    ]

    /// As a later version might write it.
    private static let longerHello: WireVector = {
        var vector = WireVector(
            "longer-hello", "A later version's HELLO: readers ignore what follows the fields",
            Hello(minimumVersion: 1, maximumVersion: 4, features: [], clientName: "x"), id: 1,
            [
                ("minimum version", .u16(1)), ("maximum version", .u16(4)), ("features", .u64(0)),
                ("client name", .text("x")), ("later field", .u32(77)),
            ])
        vector.isAurasChoice = false
        return vector
    }()

    private static let writing = [
        WireVector(
            "producer-open", "A name", ProducerOpen(name: "web-1"), id: 3,
            [("name", .text("web-1"))]),
        WireVector(
            "producer-state", "The second opening of a name",
            ProducerState(producer: 1, epoch: 2, nextSequence: 8), id: 3, flags: 1,
            [("producer", .u32(1)), ("epoch", .u32(2)), ("next sequence", .u64(8))]),
        WireVector(
            "append", "A batch of one event",
            AppendHead(producer: 1, epoch: 2, sequence: 8), batch, id: 4,
            [
                ("producer", .u32(1)), ("epoch", .u32(2)), ("sequence", .u64(8)),
                ("reserved", .bytes([UInt8](repeating: 0, count: 12))), ("batch", .bytes(batch)),
            ]),
        WireVector(
            "append-ack", "Stored under 101 to 110",
            AppendAck(sequence: 8, firstSequence: 101, rowCount: 10), id: 4, flags: 1,
            ackFields(8, 101, 10, flags: 0, warnings: [])),
        WireVector(
            "append-ack-forgotten", "Stored long ago",
            AppendAck(
                sequence: 1, firstSequence: 0, rowCount: 0, flags: [.duplicate, .forgotten]),
            id: 5, flags: 1, ackFields(1, 0, 0, flags: 3, warnings: [])),
        WireVector(
            "append-ack-rewritten", "Stored without what the privacy rules forbid",
            AppendAck(
                sequence: 9, firstSequence: 111, rowCount: 2, flags: .rewritten,
                warnings: [Warning(code: 1, text: "attribute 'email' is a denied name: dropped")]),
            id: 6, flags: 1,
            ackFields(
                9, 111, 2, flags: 4,
                warnings: [
                    .record([
                        WireField("code", .u16(1)),
                        WireField("text", .text("attribute 'email' is a denied name: dropped")),
                    ])
                ])),
        WireVector(
            "stable", "Up to 110 nothing can be lost", Stable(stable: 110, visible: 112),
            [("stable", .u64(110)), ("visible", .u64(112))]),
    ]

    private static func ackFields(
        _ sequence: UInt64, _ first: UInt64, _ rows: UInt32, flags: UInt8, warnings: [WireValue]
    ) -> [(String, WireValue)] {
        [
            ("sequence", .u64(sequence)), ("first sequence", .u64(first)), ("rows", .u32(rows)),
            ("flags", .u8(flags)), ("level", .u8(2)), ("warnings", .list(warnings)),
        ]
    }

    private static let status = [
        WireVector("status", "No fields", StatusRequest(), id: 20, []),
        WireVector(
            "status-info", "A server at work", statusInfo, id: 20, flags: 1,
            [
                ("server time", .i64(1_700_000_000_000_000)), ("uptime", .u64(60_000_000)),
                ("incarnation", .u64(77)), ("visible", .u64(1_000)), ("stable", .u64(990)),
                ("memory bytes", .u64(65_536)), ("memory limit", .u64(335_544_320)),
                ("connections", .u32(3)), ("maximum connections", .u32(1_024)),
                ("writable", .bool(true)),
                (
                    "counters",
                    .list([
                        .record([
                            WireField("name", .text("batches.stored")),
                            WireField("value", .u64(12)),
                        ])
                    ])
                ),
                (
                    "missing",
                    .list([.record(missingFields.map { WireField($0.0, $0.1) })])
                ),
                (
                    "scrub",
                    .record([
                        WireField("rounds", .u64(2)), WireField("bytes read", .u64(4_096)),
                        WireField("bytes", .u64(8_192)),
                        WireField("last round", .optional(.i64(1_700_000_000_000_000))),
                        WireField("findings", .u64(1)), WireField("last finding", .text("rot")),
                    ])
                ),
            ]),
    ]

    private static var statusInfo: StatusInfo {
        var info = StatusInfo()
        info.serverTime = 1_700_000_000_000_000
        info.uptime = 60_000_000
        info.incarnation = 77
        info.visible = 1_000
        info.stable = 990
        info.memoryBytes = 65_536
        info.memoryLimit = 335_544_320
        info.connections = 3
        info.maximumConnections = 1_024
        info.counters = [StatusInfo.Counter("batches.stored", 12)]
        info.missing = [missing]
        info.scrub.rounds = 2
        info.scrub.bytesRead = 4_096
        info.scrub.bytes = 8_192
        info.scrub.lastRound = Timestamp(microseconds: 1_700_000_000_000_000)
        info.scrub.findings = 1
        info.scrub.lastFinding = "rot"
        return info
    }
}
