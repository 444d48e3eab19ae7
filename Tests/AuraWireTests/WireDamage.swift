import AuraTesting

/// A frame that must be refused, and the condition of `Formats/wire.md` that it breaks.
struct WireDamage: Sendable {
    let name: String
    let about: String
    let condition: Int
    let bytes: AnnotatedBytes

    init(
        _ name: String, _ condition: Int, _ about: String, of vector: String,
        _ damage: (inout ReferenceFrame) -> Void
    ) {
        guard var frame = WireVector.all.first(where: { $0.name == vector })?.frame else {
            preconditionFailure("no vector \(vector)")
        }
        damage(&frame)
        self.name = name
        self.about = about
        self.condition = condition
        bytes = frame.annotated
    }

    static let all = headers + payloads + values + batches

    private static let headers = [
        WireDamage("magic", 2, "Another magic", of: "ping") { $0.magic = Array("AUR2".utf8) },
        WireDamage("http", 2, "Another protocol", of: "ping") { $0.magic = Array("GET ".utf8) },
        WireDamage("version", 3, "Another version of the framing", of: "ping") { $0.version = 2 },
        WireDamage("version-0", 3, "Version 0 of the framing", of: "ping") { $0.version = 0 },
        WireDamage("header-hash", 4, "A header hash of something else", of: "ping") {
            $0.headerHash = 1
        },
        WireDamage("flags", 5, "A flag that is not defined", of: "ping") { $0.flags = 4 },
        WireDamage("reserved", 5, "Reserved bytes of the header are set", of: "ping") {
            $0.reserved = 1
        },
        WireDamage("too-large", 6, "One byte more than a payload may have", of: "append") {
            $0.size = 4_259_841
        },
        WireDamage("far-too-large", 6, "The greatest size that the field can say", of: "append") {
            $0.size = .max
        },
        WireDamage("payload-hash", 7, "A payload hash of something else", of: "hello") {
            $0.payloadHash = 1
        },
        WireDamage("batch-hash", 7, "A payload hash that covers the fixed part", of: "append") {
            $0.fixedFields = 0
            $0.fields.insert(WireField("fixed part hash", .u32(0)), at: 4)
        },
        WireDamage("opcode", 8, "An opcode of no message", of: "status") { $0.opcode = 0x7F },
        WireDamage("opcode-0", 8, "Opcode 0", of: "status") { $0.opcode = 0 },
    ]

    private static let payloads = [
        WireDamage("empty", 1, "A payload without its fields", of: "ping") { $0.fields = [] },
        WireDamage("short", 1, "The last field is missing", of: "stable") {
            $0.fields.removeLast()
        },
        WireDamage("text-leaves", 1, "A text that leaves the payload", of: "auth") {
            $0.fields = [WireField("key size", .u32(14)), WireField("key", .bytes([0x61]))]
        },
        WireDamage("text-too-long", 1, "A key of 1,025 bytes", of: "auth") {
            $0.fields = [WireField("key", .text(String(repeating: "k", count: 1_025)))]
        },
        WireDamage("text-not-utf8", 1, "A text that is not UTF-8", of: "auth") {
            $0.fields = [WireField("key size", .u32(2)), WireField("key", .bytes([0xC3, 0x28]))]
        },
        WireDamage("list-lies", 1, "A list of four thousand million types", of: "count") {
            $0.fields[0] = WireField("types count", .u32(.max))
        },
        WireDamage("list-leaves", 1, "A list that leaves the payload", of: "subscribe") {
            $0.fields[1] = WireField("types count", .u32(9))
        },
        WireDamage("rows-lie", 1, "Rows that the payload cannot hold", of: "counts-none") {
            $0.fields[3] = WireField("rows count", .u32(1))
        },
        WireDamage("too-many-warnings", 1, "65 warnings", of: "append-ack") {
            let warning = WireValue.record([
                WireField("code", .u16(1)), WireField("text", .text("")),
            ])
            $0.fields[5] = WireField("warnings", .list(Array(repeating: warning, count: 65)))
        },
        WireDamage("too-many-quantiles", 1, "101 quantiles", of: "metric") {
            $0.fields[7] = WireField(
                "quantiles", .list(Array(repeating: .f64(0.5), count: 101)))
        },
        WireDamage("metric-rows-lie", 1, "Rows that the payload cannot hold", of: "metrics-empty") {
            $0.fields[4] = WireField("rows count", .u32(3))
        },
        WireDamage("sights-lie", 1, "Types that the payload cannot hold", of: "sights-info") {
            $0.fields[2] = WireField("types count", .u32(.max))
        },
        WireDamage("append-short", 1, "An APPEND of less than the fixed part", of: "append") {
            $0.fields = [WireField("producer", .u32(1))]
            $0.fixedFields = 0
            $0.payloadHash = 0x2D06_8005_38D3_94C2
        },
        WireDamage("events-short", 1, "EVENTS of less than the fixed part", of: "events") {
            $0.fields = []
            $0.fixedFields = 0
        },
    ]

    private static let values = [
        WireDamage("versions-reversed", 9, "The oldest version above the newest", of: "hello") {
            $0.fields[0] = WireField("minimum version", .u16(2))
        },
        WireDamage("bool", 9, "A bool of 2", of: "hello-ack") {
            $0.fields[1] = WireField("auth required", .u8(2))
        },
        WireDamage("class", 9, "A failure class of 5", of: "error") {
            $0.fields[1] = WireField("class", .u8(5))
        },
        WireDamage("level", 9, "A durability level of 3", of: "append-ack") {
            $0.fields[4] = WireField("level", .u8(3))
        },
        WireDamage("grouping", 9, "A grouping of kind 3", of: "count") {
            $0.fields[4] = WireField("groupings", .list([.u8(3)]))
        },
        WireDamage("too-many-keys", 9, "Rows of five keys", of: "counts-none") {
            $0.fields[2] = WireField("keys", .u8(5))
        },
        WireDamage("key", 9, "A key of kind 3", of: "counts-none") {
            $0.fields[2] = WireField("keys", .u8(1))
            $0.fields[3] = WireField(
                "rows", .list([.bytes([3] + [UInt8](repeating: 0, count: 40))]))
        },
        WireDamage("value-type", 9, "A value of attribute type 99", of: "count") {
            $0.fields[3] = filter(.bytes([99, 0]))
        },
        WireDamage("value-prefix", 9, "An ip prefix of no form", of: "count") {
            $0.fields[3] = filter(
                .record([WireField("type", .u8(7)), WireField("prefix", .u64(.max))]))
        },
        WireDamage("value-time", 9, "A timestamp after the year 9999", of: "count") {
            $0.fields[3] = filter(
                .record([WireField("type", .u8(5)), WireField("time", .i64(.max))]))
        },
        WireDamage("parts", 9, "A part of a metric that is not defined", of: "metric") {
            $0.fields[6] = WireField("parts", .u8(8))
        },
        WireDamage("edges", 9, "Edges of kind 2", of: "metric") {
            $0.fields[8] = WireField("edges", .u8(2))
        },
        WireDamage("window", 9, "A window that ends before it begins", of: "metrics-empty") {
            $0.fields[3] = WireField("window end", .i64(0))
        },
        WireDamage("statistic", 9, "A statistic of code 3", of: "score") {
            $0.fields[2] = WireField("statistic", .u8(3))
        },
        WireDamage("comparison", 9, "A comparison of code 2", of: "score") {
            $0.fields[5] = WireField("comparison", .u8(2))
        },
        WireDamage(
            "missing-descends", 9, "Missing events that end before they begin", of: "missing"
        ) {
            $0.fields[3] = WireField("last", .u64(500))
        },
        WireDamage("missing-times", 9, "Missing events whose times descend", of: "missing") {
            $0.fields[5] = WireField("latest", .i64(0))
        },
    ]

    /// A list of one filter with one value.
    private static func filter(_ value: WireValue) -> WireField {
        WireField(
            "filters",
            .list([
                .record([
                    WireField("attribute", .text("x")), WireField("values", .list([value])),
                ])
            ]))
    }

    private static let batches = [
        WireDamage("append-fixed-hash", 10, "A fixed part with another hash", of: "append") {
            $0.fixedHash = 1
        },
        WireDamage("events-fixed-hash", 10, "A fixed part with another hash", of: "events") {
            $0.fixedHash = 1
        },
        WireDamage("append-reserved", 5, "Reserved bytes of APPEND are set", of: "append") {
            $0.fields[3] = WireField(
                "reserved", .bytes([1] + [UInt8](repeating: 0, count: 11)))
        },
        WireDamage("events-reserved", 5, "Reserved bytes of EVENTS are set", of: "events") {
            $0.fields[4] = WireField("reserved", .u32(1))
        },
        WireDamage("batch-leaves", 1, "A batch that leaves the payload", of: "events") {
            $0.fields[2] = WireField("batch size", .u32(104))
        },
        WireDamage("ranges-leave", 1, "More ranges than the payload holds", of: "events") {
            $0.fields[3] = WireField("ranges", .u32(.max))
        },
        WireDamage("range-empty", 11, "A range of no numbers", of: "events-ranges") {
            $0.fields[6] = WireField("range 0 count", .u64(0))
        },
        WireDamage("range-before", 11, "A range that begins before first", of: "events-ranges") {
            $0.fields[5] = WireField("range 0 first", .u64(500))
        },
        WireDamage("range-overflows", 11, "A range beyond 64 bits", of: "events-ranges") {
            $0.fields[6] = WireField("range 0 count", .u64(.max))
        },
    ]
}
