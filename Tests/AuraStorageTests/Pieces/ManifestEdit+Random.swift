import AuraCore
import AuraTesting

@testable import AuraStorage

extension ManifestEdit {
    /// Any edit, most often one that is possible after that state.
    static func random(_ random: inout SeededRandom, after state: ManifestState) -> ManifestEdit {
        let some = UInt64(random.below(4))
        let group = state.promisedGroup + some
        let time = Int64(random.below(1_000))
        switch random.below(11) {
        case 0:
            return .segmentUsed(number: state.lastSegment + max(1, some / 2), syncedGroup: group)
        case 1: return .opened(lastGroup: group, time: time)
        case 2: return .closed(lastGroup: group, time: time)
        case 3, 4:
            return .chunkAdded(
                ChunkEntry(
                    number: state.lastChunk + some, rowCount: 1, fileSize: 4_096,
                    timeRange: time...time, sequenceRange: 1...2, footerHash: .zero,
                    tombstone: min(some, state.lastTombstone)))
        case 5:
            return .chunkDropped(number: state.chunks.keys.sorted().first ?? 7)
        case 6:
            return .flushed(
                FlushMark(
                    sequence: (state.flushed?.sequence ?? 0) + some,
                    segment: max(state.firstSegment, state.lastSegment), offset: 4_096,
                    group: (state.flushed?.group ?? 0) + some, previous: .zero,
                    checkpoint: state.lastChunk, checkpointSize: 1, checkpointHash: 7))
        case 7, 8:
            return .tombstoneAdded(
                Tombstone(
                    number: state.lastTombstone + some, sequence: some, segment: state.lastSegment,
                    time: time,
                    target: random.chance(50)
                        ? .before(time)
                        : .subject(SubjectHash(attribute: ExactText("p"), values: [.zero]))))
        case 9:
            return .tombstoneDone(number: state.tombstones.keys.sorted().first ?? 7)
        default:
            return random.chance(50) ? .copied(time: time) : .renewed(identity: some, time: time)
        }
    }
}
