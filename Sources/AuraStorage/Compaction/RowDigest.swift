import AuraCore

/// What rows hold, whatever their order and wherever they lie: two sets of rows with one digest are
/// the same.
///
/// A sum of hashes, one a value; 2⁻⁶⁴ is what a difference has to stay unnoticed.
struct RowDigest: Hashable {
    private(set) var rowCount = 0
    private var sum: UInt64 = 0

    /// The digest of the rows of the sources.
    init(_ sources: [any RowSource]) throws(StorageError) {
        for source in sources { try add(source) }
    }

    private mutating func add(_ source: any RowSource) throws(StorageError) {
        rowCount += source.rowCount
        let sequences = try source.sequences()
        let times = try source.times()
        let names = source.typeNames.map { RowDigest.hash(of: $0) }
        for (row, code) in try source.typeCodes().enumerated() {
            let sequence = UInt64(bitPattern: sequences[row])
            sum &+= RowDigest.mix(names[Int(code)], sequence)
            sum &+= RowDigest.mix(UInt64(bitPattern: times[row]), ~sequence)
        }
        for (index, key) in source.columnKeys.enumerated() {
            let seed = RowDigest.hash(of: key.name.text) &+ UInt64(key.type.rawValue)
            add(try source.column(index), seed, sequences)
        }
    }

    private mutating func add(_ column: ColumnData, _ seed: UInt64, _ sequences: [Int64]) {
        func place(_ index: Int) -> UInt64 {
            RowDigest.mix(seed, UInt64(bitPattern: sequences[column.row(index)]))
        }
        switch column.values {
        case .integers(let values):
            for index in values.indices {
                sum &+= RowDigest.mix(UInt64(bitPattern: values[index]), place(index))
            }
        case .uuids(let uuids):
            for index in uuids.indices {
                let low = RowDigest.mix(uuids[index].low, place(index))
                sum &+= RowDigest.mix(uuids[index].high, low)
            }
        case .texts(let codes, let table):
            var hashes = [UInt64?](repeating: nil, count: table.count)
            for index in codes.indices {
                let code = Int(codes[index])
                let hash = hashes[code] ?? table.withBytes(of: code) { Checksum.hash64($0) }
                hashes[code] = hash
                sum &+= RowDigest.mix(hash, place(index))
            }
        }
    }

    private static func hash(of text: String) -> UInt64 {
        Checksum.hash64(Array(text.utf8).rawSpan)
    }

    /// The finaliser of MurmurHash3 (Appleby, public domain) over both.
    @inline(__always)
    private static func mix(_ value: UInt64, _ place: UInt64) -> UInt64 {
        var hash = value ^ (place &* 0x9E37_79B9_7F4A_7C15)
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }
}
