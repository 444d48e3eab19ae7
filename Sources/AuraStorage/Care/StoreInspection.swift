public import AuraCore

/// What a data directory consists of, as far as it can be read.
public struct StoreInspection: Sendable {
    /// A file of the directory.
    public struct File: Hashable, Sendable {
        /// Its path below the directory.
        public let name: String
        /// Its bytes.
        public let size: Int64
    }

    /// A segment of the log that chunks do not stand for yet.
    public struct Segment: Hashable, Sendable {
        /// Its number.
        public let number: UInt64
        /// Groups in it.
        public internal(set) var groups = 0
        /// Records in these.
        public internal(set) var records = 0
        /// Events in these.
        public internal(set) var events = 0
    }

    /// A chunk.
    public struct Chunk: Sendable {
        /// Its number.
        public let number: UInt64
        /// Events in it.
        public let rows: Int
        /// Bytes of its file.
        public let bytes: Int64
        /// Earliest and latest event time, µs.
        public let times: ClosedRange<Int64>
        /// Least and greatest sequence number.
        public let sequences: ClosedRange<UInt64>
        /// Events of each type, by its name; empty if the footer cannot be read.
        public internal(set) var types: [(name: String, rows: Int)] = []
        /// What its columns take; empty if the footer cannot be read.
        public internal(set) var columns: [Column] = []
    }

    /// What a column takes of a chunk.
    public struct Column: Hashable, Sendable {
        /// The attribute, or what every row has, `$time` and `$sequence`, or `$rollups`.
        public let name: String
        /// Type of the values; nil for rollups, which have several.
        public let type: AttributeType?
        /// Values.
        public internal(set) var values = 0
        /// Blocks.
        public internal(set) var blocks = 0
        /// Bytes as they lie.
        public internal(set) var bytes = 0
        /// Names of the encodings, and `lz4` where blocks are compressed.
        public internal(set) var encodings: Set<String> = []
    }

    /// An edit of the manifest.
    public struct Edit: Hashable, Sendable {
        /// The group that made it durable.
        public let group: UInt64
        /// When, µs, by the writer's clock.
        public let time: Int64
        /// What it says.
        public let words: String
    }

    /// A producer that the store remembers.
    public struct Producer: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// What records call it.
        public let handle: UInt32
        /// How often it was opened.
        public let epoch: UInt32
        /// The number that its next batch must have.
        public let next: UInt64
    }

    /// Identity of the store.
    public internal(set) var identity: UInt64 = 0
    /// Identity that its files were made with.
    public internal(set) var incarnation: UInt64 = 0
    /// When it was made, µs.
    public internal(set) var createdAt: Int64 = 0
    /// Whether it is a copy that was not served since.
    public internal(set) var isCopy = false
    /// Whether it was closed in order.
    public internal(set) var isClosed = false
    /// Bytes of a segment.
    public internal(set) var segmentSize: Int64 = 0
    /// The last event of all.
    public internal(set) var lastEvent: UInt64 = 0
    /// The last event that chunks hold.
    public internal(set) var flushedEvent: UInt64 = 0
    /// The last group of the log.
    public internal(set) var lastGroup: UInt64 = 0
    /// The last group that is known to be durable.
    public internal(set) var promisedGroup: UInt64 = 0
    /// Every file.
    public internal(set) var files: [File] = []
    /// The segments that chunks do not stand for.
    public internal(set) var segments: [Segment] = []
    /// The chunks, by number.
    public internal(set) var chunks: [Chunk] = []
    /// The edits of the manifest, in their order.
    public internal(set) var edits: [Edit] = []
    /// The producers, by handle.
    public internal(set) var producers: [Producer] = []
    /// What cannot be read.
    public internal(set) var findings: [StoreFinding] = []

    init() {}
}

extension StoreDirectory {
    /// Reads what there is: manifest, checkpoint and log whole, of chunks the footers.
    ///
    /// - Throws: What keeps it from looking at all; what cannot be read is in the findings.
    public func inspect() throws(StorageError) -> StoreInspection {
        var result = StoreInspection()
        result.files = try files().map { StoreInspection.File(name: $0.name, size: $0.size) }
        let manifest: ManifestScan
        do throws(StorageError) { manifest = try self.manifest() } catch {
            result.findings.append(StoreFinding(error, reading: FileName.current))
            return result
        }
        let state = manifest.state
        result.incarnation = manifest.groups.header.incarnation
        result.identity = state.identity ?? result.incarnation
        result.createdAt = state.createdAt
        result.isCopy = state.isCopy
        result.segmentSize = state.segmentSize
        result.flushedEvent = state.flushed?.sequence ?? 0
        result.promisedGroup = state.promisedGroup
        result.edits = manifest.steps.flatMap { step in
            step.edits.map {
                StoreInspection.Edit(group: step.group, time: step.time, words: $0.words)
            }
        }
        for chunk in chunks(manifest) { inspect(chunk, &result) }
        inspectLog(manifest, &result)
        return result
    }

    private func inspectLog(_ manifest: ManifestScan, _ result: inout StoreInspection) {
        do throws(StorageError) {
            let state = manifest.state
            let checkpoint = try place.checkpoint(state.flushed, result.incarnation)
            var replay = Replay(
                behind: checkpoint, sequence: state.flushed?.sequence ?? 0, index: nil)
            var segments: [String: StoreInspection.Segment] = [:]
            let log = try log(manifest) { place throws(StorageError) in
                try replay.take(place)
                segments[place.file, default: StoreInspection.Segment(number: 0)].add(place.group)
            }
            result.segments = log.segments.map { file in
                var segment = StoreInspection.Segment(number: file.header.number)
                if let found = segments[file.name] { segment.add(found) }
                return segment
            }
            result.lastEvent = log.chain.nextSequence - 1
            result.lastGroup = log.chain.lastNumber
            result.promisedGroup = max(log.chain.promised, state.promisedGroup)
            result.isClosed = state.closedAtGroup == log.chain.lastNumber
            result.producers = replay.producers.producers.sorted { $0.key < $1.key }.map {
                StoreInspection.Producer(
                    name: $1.name.text, handle: $0, epoch: $1.epoch, next: $1.nextSequence)
            }
        } catch {
            result.findings.append(StoreFinding(error, reading: FileName.log))
        }
    }

    private func inspect(_ chunk: Chunk, _ result: inout StoreInspection) {
        let entry = chunk.entry
        var found = StoreInspection.Chunk(
            number: entry.number, rows: entry.rowCount, bytes: entry.fileSize,
            times: entry.timeRange, sequences: entry.sequenceRange)
        do throws(StorageError) {
            let footer = try chunk.open().footer
            found.types = footer.rowsOfTypes
            found.columns = footer.columnSizes
        } catch {
            result.findings.append(StoreFinding(error, reading: entry.name))
        }
        result.chunks.append(found)
    }
}

extension StoreInspection.Segment {
    fileprivate mutating func add(_ group: CommitGroup) {
        groups += 1
        records += group.records.count
        events += group.eventCount
    }

    fileprivate mutating func add(_ other: Self) {
        groups += other.groups
        records += other.records
        events += other.events
    }
}
