import AuraCore
import AuraTesting
import AuraWire
import NIOCore
import Testing

@Suite struct QueryMessageTests {
    private func payload(_ message: some WireMessage) -> [UInt8] {
        var buffer = ByteBuffer()
        message.encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test func `random queries and results come back as they were`() throws {
        for seed in 0..<UInt64(Effort.count(2_000)) {
            var random = SeededRandom(seed: seed)
            let query = random.query()
            #expect(try QueryRequest(payload: payload(query).rawSpan) == query, "seed \(seed)")
            let rows = random.rows()
            let bytes = payload(rows)
            #expect(try QueryRows(payload: bytes.rawSpan) == rows, "seed \(seed)")
            let changes = rows.changes.reduce(32) {
                $0 + 9 + $1.name.utf8.count + ($1.value?.utf8.count ?? 0)
            }
            let most = rows.columns.reduce(changes) { size, column in
                column.values.reduce(size + 112 + column.name.utf8.count) { $0 + $1.wireSize }
            }
            #expect(bytes.count <= most, "seed \(seed)")
        }
    }

    @Test func `counts beyond the frame are refused before memory is set aside`() throws {
        var bytes = payload(
            QueryRows(
                watermark: 1, rowCount: 1,
                columns: [QueryRows.Column(name: "n", type: .int64, values: [.int64(1)])]))
        // 65,536 rows where one follows, then more than any frame may have.
        bytes.replaceSubrange(8..<12, with: [0, 0, 1, 0])
        #expect(throws: FormatError.self) { try QueryRows(payload: bytes.rawSpan) }
        bytes.replaceSubrange(8..<12, with: [1, 0, 1, 0])
        #expect(throws: FormatError.self) { try QueryRows(payload: bytes.rawSpan) }
    }

    @Test func `lists in lists have an end`() throws {
        var type = ValueType.int64
        for _ in 0..<WireLimits.listDepth { type = .list(type) }
        var rows = QueryRows(
            watermark: 1, rowCount: 1,
            columns: [QueryRows.Column(name: "n", type: type, values: [.null])])
        #expect(try QueryRows(payload: payload(rows).rawSpan) == rows)
        rows.columns[0].type = .list(type)
        #expect(throws: FormatError.self) { try QueryRows(payload: payload(rows).rawSpan) }
    }
}

extension SeededRandom {
    private mutating func word() -> String {
        element(of: ["", "a", "user.login", "größe", "\u{1F600}", "x y", "NULL"])
    }

    private mutating func type(_ depth: Int = 0) -> ValueType {
        let types: [ValueType] = [
            .null, .bool, .int64, .int128, .float64, .text, .timestamp, .instant, .date, .interval,
            .uuid,
        ]
        return depth < 3 && chance(20) ? .list(type(depth + 1)) : element(of: types)
    }

    private mutating func value(_ type: ValueType) -> Value {
        if chance(20) { return .null }
        let bits = Int64(bitPattern: next())
        switch type {
        case .null: return .null
        case .bool: return .bool(chance(50))
        case .int64: return .int64(bits)
        case .int128: return .int128(Int128(bits) << 63)
        case .float64: return .float64(Double(bitPattern: next()))
        case .text: return .text(word())
        case .timestamp: return .timestamp(bits)
        case .instant: return .instant(bits)
        case .date: return .date(bits)
        case .interval: return .interval(AuraCore.Interval(months: bits, days: -1))
        case .uuid: return .uuid(UUIDBytes(high: next(), low: next()))
        case .list(let item): return .list((0..<below(4)).map { _ in value(item) })
        }
    }

    fileprivate mutating func query() -> QueryRequest {
        var query = QueryRequest(word(), credit: next())
        query.settings = (0..<below(3)).map { _ in .init(name: word(), value: word()) }
        query.parameters = (0..<below(3)).map { _ in
            let type = type()
            return .init(name: word(), type: type, value: value(type))
        }
        query.wantsProgress = chance(50)
        return query
    }

    fileprivate mutating func rows() -> QueryRows {
        let count = below(9)
        var rows = QueryRows(
            watermark: next(), rowCount: count,
            columns: (0..<below(4)).map { _ in
                let type = type()
                return .init(
                    name: word(), type: type, values: (0..<count).map { _ in value(type) })
            })
        rows.elapsed = next()
        rows.changes = (0..<below(3)).map { _ in
            .init(name: word(), value: chance(50) ? word() : nil)
        }
        return rows
    }
}
