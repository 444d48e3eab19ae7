import Foundation

/// What the bytes of a file of groups say: the `.json` beside a vector.
struct FileMeaning: Codable, Equatable {
    /// What the vector is about.
    var about = ""
    /// `log` or `manifest`.
    var format: String
    /// 16 hexadecimal digits.
    var incarnation: String
    var number: UInt64
    /// As the file header says: 0 for a file that grows.
    var size: Int64
    var groups: [GroupMeaning]
    /// What the edits of a manifest add up to.
    var state: StateMeaning?

    /// The incarnation as a number; 0 where the text is none.
    var incarnationNumber: UInt64 { UInt64(incarnation, radix: 16) ?? 0 }
}

/// A group, where it lies, and what it promises.
struct GroupMeaning: Codable, Equatable {
    var offset: Int64
    var size = 4_096
    var number: UInt64
    var firstSequence: UInt64
    var synced: UInt64
    var time: Int64
    var records: [RecordMeaning]
}

/// A record; what is nil is zero in the bytes.
struct RecordMeaning: Codable, Equatable {
    /// `append`, `producer-open` or `edit`.
    var kind: String
    var isRewritten: Bool?
    var producer: UInt32?
    var epoch: UInt32?
    var producerSequence: UInt64?
    var firstSequence: UInt64?
    var rows: Int?
    var ingestTime: Int64?
    /// 16 hexadecimal digits: the hash of what the client sent, where that is not the payload.
    var clientHash: String?
    /// The vector in `vectors/batch/` that is the payload.
    var batch: String?
    /// The producer's name.
    var name: String?
    var edit: EditMeaning?
}

/// An edit of the manifest; each has the numbers that its kind needs.
struct EditMeaning: Codable, Equatable {
    /// `created`, `segment-used`, `opened`, `closed`, or one of those that have a list of numbers:
    /// `chunk-added`, `chunk-dropped`, `flushed`, `copied`, `renewed`, `aged`, `erased`,
    /// `tombstone-done`, `restated`.
    var kind: String
    var segmentSize: Int64?
    var segment: UInt64?
    var group: UInt64?
    var time: Int64?
    /// In the order of their table.
    var numbers: [UInt64]?
    /// What names the subject that is erased.
    var attribute: String?
}

/// What the store consists of after all edits.
struct StateMeaning: Codable, Equatable {
    var segmentSize: Int64
    var createdAt: Int64
    var lastSegment: UInt64
    var promisedGroup: UInt64
    var closedAtGroup: UInt64?
    var firstSegment: UInt64 = 1
    /// The numbers of all chunks.
    var chunks: [UInt64] = []
    var flushedGroup: UInt64?
    var flushedSequence: UInt64?
    /// The numbers of the tombstones that are not done.
    var tombstones: [UInt64] = []
    /// 16 hexadecimal digits.
    var identity: String?
    var isCopy: Bool?
}

extension FileMeaning {
    static func read(_ text: String) throws -> FileMeaning {
        try JSONDecoder().decode(FileMeaning.self, from: Data(text.utf8))
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
