public import AuraCore

/// Finds frames in received bytes, in place: nothing is copied, nothing allocated.
///
/// Keeps no state: whoever owns the buffer asks again when more has come. The payload of a frame
/// found at offset *o* are the `payloadSize` bytes from *o* + `FrameHeader.size`.
public struct FrameParser: Sendable {
    /// Bytes of the greatest payload; a header that announces more is refused before any memory is
    /// set aside for it.
    public var maximumPayload: Int

    /// What stands at the front of the bytes.
    public enum Found: Hashable, Sendable {
        /// A whole frame.
        case frame(FrameHeader)
        /// The beginning of one: `needed` bytes in all, as far as they are known.
        case partial(needed: Int)
    }

    /// A parser that refuses payloads above `maximumPayload` bytes.
    public init(maximumPayload: Int = WireLimits.payloadBytesBeforeAuth) {
        self.maximumPayload = maximumPayload
    }

    /// Looks at the frame that begins at `offset`.
    ///
    /// - Throws: Conditions 2 to 6 of `Formats/wire.md`: 2 as soon as it is broken, the others as
    ///   soon as the header is there. The stream has no meaning after that.
    public func frame(in bytes: RawSpan, at offset: Int = 0) throws(FormatError) -> Found {
        let available = bytes.byteCount - offset
        guard available >= FrameHeader.size else {
            try FrameHeader.checkMagic(bytes.slice(offset, available))
            return .partial(needed: FrameHeader.size)
        }
        let header = try FrameHeader(bytes.slice(offset, FrameHeader.size))
        guard header.payloadSize <= maximumPayload else {
            throw FormatError(
                .wire, 6, at: 12,
                "a payload of \(header.payloadSize) bytes; at most \(maximumPayload) are taken")
        }
        return available >= header.frameSize ? .frame(header) : .partial(needed: header.frameSize)
    }
}
