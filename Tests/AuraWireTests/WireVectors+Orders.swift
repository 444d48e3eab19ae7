import AuraCore
import AuraWire

extension WireVector {
    /// ORDER, ORDER_DONE.
    static let ordering = [
        WireVector(
            "order-compact", "Merge chunks", Order(.compact), id: 21,
            [("dry run", .bool(false)), ("kind", .u8(0))]),
        WireVector(
            "order-delete", "What would go with everything before a time",
            Order(.deleteBefore(Timestamp(microseconds: 1_700_000_000_000_000)), isDryRun: true),
            id: 22,
            [("dry run", .bool(true)), ("kind", .u8(1)), ("before", .i64(1_700_000_000_000_000))]),
        WireVector(
            "order-erase", "Erase a patient whose id is text or number",
            Order(.erase(attribute: "patient_id", values: [.string("17"), .int64(17)])), id: 23,
            [
                ("dry run", .bool(false)), ("kind", .u8(2)), ("attribute", .text("patient_id")),
                ("values", .list([.value(.string("17")), .value(.int64(17))])),
            ]),
        WireVector(
            "order-done", "An erasure that is finished", done, id: 23, flags: 1,
            [
                ("tombstone", .u64(4)), ("sequence", .u64(1_000)),
                ("time", .i64(1_700_000_000_000_000)), ("events", .u64(12)),
                ("chunks before", .u32(2)), ("chunks after", .u32(1)),
                ("bytes before", .u64(70_000)), ("bytes after", .u64(60_000)),
                ("finished", .bool(true)),
                (
                    "subject",
                    .list([
                        .record([WireField("low", .u64(0x6666)), WireField("high", .u64(0x7777))])
                    ])
                ),
            ]),
    ]

    private static var done: OrderDone {
        var done = OrderDone()
        done.tombstone = 4
        done.sequence = 1_000
        done.time = 1_700_000_000_000_000
        done.events = 12
        (done.chunksBefore, done.chunksAfter) = (2, 1)
        (done.bytesBefore, done.bytesAfter) = (70_000, 60_000)
        done.subject = [Hash128(low: 0x6666, high: 0x7777)]
        return done
    }
}
