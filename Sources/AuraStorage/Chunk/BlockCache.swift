import AuraCore
import Synchronization

/// Content of blocks that was read and verified, up to a number of bytes.
///
/// Second chance (clock): what was asked for since the hand passed stays for another round.
final class BlockCache: Sendable {
    struct Key: Hashable, Sendable {
        let chunk: UInt64
        let block: Int
        /// Whether the values are taken out of the block, so that each is found at once.
        let isUnpacked: Bool
    }

    /// A block, ready for use.
    enum Content: Sendable {
        case block(BlockReader)
        case texts(TextTable)
        case uuids([UUIDBytes])
        case numbers([Int64])
        /// Of a block of values: what they are once they are derived, or known to be codes.
        case narrow(NarrowNumbers)
        case users([HourUsers])
        case values([HourValues])
    }

    fileprivate struct Entry: Sendable {
        let content: Content
        let size: Int
        var isRecent = false
    }

    fileprivate struct State: Sendable {
        var entries: [Key: Entry] = [:]
        var ring: [Key] = []
        var hand = 0
        var size = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// A cache of that many bytes; with 0 it keeps nothing.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Bytes that it holds.
    var byteCount: Int { state.withLock { $0.size } }

    func content(_ key: Key) -> Content? {
        state.withLock { state in
            guard let index = state.entries.index(forKey: key) else { return nil }
            state.entries.values[index].isRecent = true
            return state.entries.values[index].content
        }
    }

    /// Keeps the content, and lets go of others; one that is larger than a quarter of all is not
    /// kept.
    func insert(_ content: Content, size: Int, for key: Key) {
        guard size <= capacity / 4 else { return }
        state.withLock { state in
            guard state.entries[key] == nil else { return }
            while state.size + size > capacity { state.evictOne() }
            state.entries[key] = Entry(content: content, size: size)
            state.ring.append(key)
            state.size += size
        }
    }
}

extension BlockCache.State {
    fileprivate mutating func evictOne() {
        while true {
            if hand >= ring.count { hand = 0 }
            let key = ring[hand]
            if entries[key]?.isRecent == true {
                entries[key]?.isRecent = false
                hand += 1
                continue
            }
            size -= entries.removeValue(forKey: key)?.size ?? 0
            ring[hand] = ring[ring.count - 1]
            ring.removeLast()
            return
        }
    }
}
