import AuraCore
import AuraStorage
import Synchronization

extension Committer {
    /// The names of those producers that are remembered.
    ///
    /// Not by way of the writer's queue, which a busy writer does not leave: the lock is free between
    /// two groups, and whoever waits for it gets it.
    func names(ofProducers handles: some Sequence<UInt32>) -> [UInt32: ExactText] {
        let producers = storage.withLock { $0.producers }
        var names: [UInt32: ExactText] = [:]
        for handle in handles { names[handle] = producers.name(of: handle) }
        return names
    }
}
