import AuraCore
import AuraTesting
import AuraWire
import Foundation
import NIOCore

/// An example of a frame: its bytes by the document, and what the codec must make of it.
struct WireVector: Sendable {
    let name: String
    let about: String
    let frame: ReferenceFrame
    /// The frame as the codec writes it.
    let encoded: [UInt8]
    /// Whether the codec reads a payload as the message.
    let isRead: @Sendable (RawSpan) throws -> Bool
    /// False for what Aura reads and would write otherwise.
    var isAurasChoice = true

    init<Message: WireMessage>(
        _ name: String, _ about: String, _ message: Message, id: UInt32 = 0, flags: UInt8 = 0,
        _ fields: [(String, WireValue)]
    ) {
        self.name = name
        self.about = about
        frame = ReferenceFrame(
            Message.opcode.rawValue, id, flags: flags, fields.map { WireField($0.0, $0.1) })
        var buffer = ByteBuffer()
        FrameEncoder.append(
            message, flags: FrameHeader.Flags(rawValue: flags), requestID: id, to: &buffer)
        encoded = Array(buffer.readableBytesView)
        isRead = { try Message(payload: $0) == message }
    }

    init(
        _ name: String, _ about: String, _ head: AppendHead, _ batch: [UInt8], id: UInt32,
        _ fields: [(String, WireValue)]
    ) {
        self.name = name
        self.about = about
        var frame = ReferenceFrame(0x12, id, fields.map { WireField($0.0, $0.1) })
        frame.fixedFields = 4
        self.frame = frame
        var buffer = ByteBuffer()
        FrameEncoder.append(
            head, batch: batch.rawSpan, batchHash: Checksum.hash64(batch.rawSpan), requestID: id,
            to: &buffer)
        encoded = Array(buffer.readableBytesView)
        isRead = {
            try AppendHead(payload: $0) == head && AppendHead.batch(of: $0).array == batch
        }
    }

    init(
        _ name: String, _ about: String, _ head: EventsHead, _ batch: [UInt8], id: UInt32,
        _ fields: [(String, WireValue)]
    ) {
        self.name = name
        self.about = about
        var frame = ReferenceFrame(0x31, id, flags: 3, fields.map { WireField($0.0, $0.1) })
        frame.fixedFields = 5
        self.frame = frame
        var buffer = ByteBuffer()
        FrameEncoder.append(head, batch: batch.rawSpan, requestID: id, to: &buffer)
        encoded = Array(buffer.readableBytesView)
        isRead = { payload in
            let read = try EventsHead(payload: payload)
            return read == head && read.batch(of: payload).array == batch
        }
    }

    /// The `.json` beside the bytes.
    func meaning() throws -> String {
        let hidden = ["reserved", "fixed part hash"]
        let fields = frame.fields.filter { !hidden.contains($0.name) }
        let object: [String: Any] = [
            "about": about, "opcode": Int(frame.opcode), "flags": Int(frame.flags),
            "request id": Int(frame.requestID), "isAurasChoice": isAurasChoice,
            "fields": WireValue.record(fields).json,
        ]
        let data = try JSONSerialization.data(
            withJSONObject: object,
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
