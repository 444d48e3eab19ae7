public import AuraCore
public import NIOCore

/// SCORE: how unusual a bucket is.
extension ScoreQuery: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.score

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        let type = try reader.readBool() ? reader.readString(limit: Limits.nameBytes) : nil
        let dimension = try reader.readDimension()
        let statistic: Statistic = try reader.readCode()
        self.init(bucket: Timestamp(microseconds: try reader.read()), width: try reader.read())
        self.type = type
        self.dimension = dimension
        self.statistic = statistic
        let code = try reader.read(UInt8.self)
        switch code {
        case 0: comparison = .sameTimeOfWeek
        case 1: comparison = .previous(Int(try reader.read(UInt32.self)))
        default: throw reader.badValue("comparison \(code)")
        }
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(bool: type != nil)
        if let type { buffer.write(string: type) }
        buffer.write(dimension)
        buffer.write(statistic.rawValue)
        buffer.write(bucket.microseconds)
        buffer.write(width)
        switch comparison {
        case .sameTimeOfWeek: buffer.write(UInt8(0))
        case .previous(let count):
            buffer.write(UInt8(1))
            buffer.write(UInt32(clamping: count))
        }
    }
}

/// SCORE_INFO: the answer to SCORE.
extension Score: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.scoreInfo

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        let watermark: UInt64 = try reader.read()
        let value = try reader.readBool() ? reader.readFloat() : nil
        let isClosed = try reader.readBool()
        var baseline: Baseline?
        if try reader.readBool() {
            baseline = Baseline(
                sampleCount: Int(try reader.read(UInt32.self)), mean: try reader.readFloat(),
                deviation: try reader.readFloat(), median: try reader.readFloat(),
                medianDeviation: try reader.readFloat())
        }
        self.init(value: value, isClosed: isClosed, baseline: baseline, watermark: watermark)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(watermark)
        buffer.write(optional: value?.bitPattern)
        buffer.write(bool: isClosed)
        buffer.write(bool: baseline != nil)
        guard let baseline else { return }
        buffer.write(UInt32(clamping: baseline.sampleCount))
        for figure in [
            baseline.mean, baseline.deviation, baseline.median, baseline.medianDeviation,
        ] { buffer.write(figure.bitPattern) }
    }
}

extension ByteReader {
    /// Eight bytes as a floating-point number, whatever it is.
    mutating func readFloat() throws(FormatError) -> Double {
        Double(bitPattern: try read())
    }

    /// A list of floating-point numbers.
    mutating func readFloats(limit: Int) throws(FormatError) -> [Double] {
        var floats: [Double] = []
        for _ in 0..<(try readCount(limit: limit, size: 8)) { floats.append(try readFloat()) }
        return floats
    }

    /// A code that is one of those of its table.
    mutating func readCode<Code: RawRepresentable<UInt8>>() throws(FormatError) -> Code {
        let value = try read(UInt8.self)
        guard let code = Code(rawValue: value) else {
            throw badValue("a code of \(value) that no \(Code.self) has")
        }
        return code
    }
}

extension ByteBuffer {
    /// Appends an integer, or that there is none.
    mutating func write<Value: FixedWidthInteger>(optional value: Value?) {
        write(bool: value != nil)
        if let value { write(value) }
    }

    /// Appends a list of floating-point numbers.
    mutating func write(floats: [Double]) {
        write(UInt32(floats.count))
        for float in floats { write(float.bitPattern) }
    }
}
