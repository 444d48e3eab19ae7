import AuraCore
public import NIOCore

/// Writes frames behind one another into one buffer: one write to the socket for many answers.
public enum FrameEncoder {
    /// Appends a message as a frame.
    ///
    /// Traps if the payload exceeds `WireLimits.hardPayloadBytes`.
    public static func append<Message: WireMessage>(
        _ message: Message, flags: FrameHeader.Flags = [], requestID: UInt32 = 0,
        to buffer: inout ByteBuffer
    ) {
        let start = reserveHeader(in: &buffer)
        message.encode(into: &buffer)
        finish(Message.opcode, flags, requestID, start: start, in: &buffer)
    }

    /// Appends the first 64 bytes of an APPEND frame: header and fixed part, behind which the batch
    /// must be sent.
    ///
    /// - Parameters:
    ///   - batchSize: Bytes of the batch.
    ///   - batchHash: XXH3-64 of the batch.
    public static func append(
        _ head: AppendHead, batchSize: Int, batchHash: UInt64, requestID: UInt32,
        to buffer: inout ByteBuffer
    ) {
        let header = FrameHeader(
            .append, requestID: requestID, payloadSize: AppendHead.size + batchSize,
            payloadHash: batchHash)
        append(header, to: &buffer)
        head.encode(into: &buffer)
    }

    /// Appends a whole APPEND frame.
    ///
    /// - Parameter batchHash: XXH3-64 of the batch.
    public static func append(
        _ head: AppendHead, batch: RawSpan, batchHash: UInt64, requestID: UInt32,
        to buffer: inout ByteBuffer
    ) {
        buffer.reserveCapacity(
            minimumWritableBytes: FrameHeader.size + AppendHead.size + batch.byteCount)
        append(
            head, batchSize: batch.byteCount, batchHash: batchHash, requestID: requestID,
            to: &buffer)
        buffer.write(bytes: batch)
    }

    /// Appends a whole EVENTS frame; `batch` is empty where only progress is told.
    public static func append(
        _ head: EventsHead, batch: RawSpan, requestID: UInt32, to buffer: inout ByteBuffer
    ) {
        var head = head
        head.batchSize = batch.byteCount
        buffer.reserveCapacity(
            minimumWritableBytes: FrameHeader.size + head.encodedSize + batch.byteCount)
        let start = reserveHeader(in: &buffer)
        head.encode(into: &buffer)
        buffer.write(bytes: batch)
        finish(.events, [.response, .more], requestID, start: start, in: &buffer)
    }

    private static func reserveHeader(in buffer: inout ByteBuffer) -> Int {
        buffer.reserveCapacity(minimumWritableBytes: FrameHeader.size * 2)
        let start = buffer.writerIndex
        buffer.moveWriterIndex(forwardBy: FrameHeader.size)
        return start
    }

    /// Writes the header of the payload that stands behind its place.
    private static func finish(
        _ opcode: Opcode, _ flags: FrameHeader.Flags, _ requestID: UInt32, start: Int,
        in buffer: inout ByteBuffer
    ) {
        let end = buffer.writerIndex
        let size = end - start - FrameHeader.size
        precondition(size <= WireLimits.hardPayloadBytes, "a payload of \(size) bytes")
        let first = start - buffer.readerIndex + FrameHeader.size + opcode.fixedPartSize
        let hash = Checksum.hash64(
            buffer.readableBytesSpan.slice(first, size - opcode.fixedPartSize))
        buffer.moveWriterIndex(to: start)
        append(
            FrameHeader(
                opcode, flags: flags, requestID: requestID, payloadSize: size, payloadHash: hash),
            to: &buffer)
        buffer.moveWriterIndex(to: end)
    }

    private static func append(_ header: FrameHeader, to buffer: inout ByteBuffer) {
        let start = buffer.writerIndex - buffer.readerIndex
        buffer.write(FrameHeader.magic)
        buffer.write(FrameHeader.version)
        buffer.write(header.code)
        buffer.write(header.flags.rawValue)
        buffer.write(header.requestID)
        buffer.write(UInt32(header.payloadSize))
        buffer.write(UInt32(0))
        let hash = Checksum.hash32(
            buffer.readableBytesSpan.slice(start, FrameHeader.hashedSize))
        buffer.write(hash)
        buffer.write(header.payloadHash)
    }
}
