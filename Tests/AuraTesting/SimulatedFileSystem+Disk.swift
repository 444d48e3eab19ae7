extension SimulatedFileSystem {
    /// Everything on the disk and in the page cache: a value, so that a moment of it can be kept.
    struct Disk: Sendable {
        /// A change of names with the directories that were not synced since.
        private struct PendingChange {
            let change: NameChange
            var unsyncedDirectories: Set<String>

            init(_ change: NameChange) {
                self.change = change
                unsyncedDirectories = Set(change.places.map(\.directory))
            }
        }

        private(set) var names = Names()
        private var durableNames = Names()
        /// Oldest first.
        private var pendingChanges: [PendingChange] = []
        var nodes: [Int: Node] = [:]
        /// How many open files each node has.
        private var openCounts: [Int: Int] = [:]
        private var nextNode = 1

        /// Bytes of all files that have a name.
        var usedBytes: Int {
            names.nodes().reduce(0) { $0 + size($1) }
        }

        func size(_ node: Int) -> Int { nodes[node]?.current.size ?? 0 }

        mutating func create(_ place: Place) -> Int {
            let node = nextNode
            nextNode += 1
            nodes[node] = Node()
            change(.link(place, .file(node)))
            return node
        }

        /// Applies a change that is durable once its directories are synced.
        mutating func change(_ change: NameChange) {
            names.apply(change)
            pendingChanges.append(PendingChange(change))
        }

        mutating func syncDirectory(_ path: String) {
            for index in pendingChanges.indices {
                pendingChanges[index].unsyncedDirectories.remove(path)
            }
            // A rename between two directories waits for both; what builds on it drags it along.
            var committed = pendingChanges.map(\.unsyncedDirectories.isEmpty)
            for later in pendingChanges.indices.reversed() where committed[later] {
                for earlier in 0..<later
                where pendingChanges[earlier].change.touches(pendingChanges[later].change) {
                    committed[earlier] = true
                }
            }
            var waiting: [PendingChange] = []
            for (pending, isCommitted) in zip(pendingChanges, committed) {
                if isCommitted {
                    durableNames.apply(pending.change)
                } else {
                    waiting.append(pending)
                }
            }
            pendingChanges = waiting
            dropUnreferencedNodes()
        }

        mutating func opened(_ node: Int) { openCounts[node, default: 0] += 1 }

        mutating func closed(_ node: Int) {
            let count = openCounts[node, default: 0] - 1
            openCounts[node] = count > 0 ? count : nil
        }

        /// Takes a file away from under everybody, durably and without a trace.
        mutating func removeSilently(_ node: Int) {
            names.forget(node)
            durableNames.forget(node)
            pendingChanges.removeAll { $0.change.node == node }
        }

        /// The disk as a crash at this moment leaves it: all of it durable, unless the machine goes on.
        func afterCrash(_ image: CrashImage) -> Disk {
            var random = SeededRandom(seed: 0)
            var disk = Disk()
            switch image {
            case .processKilled:
                disk = self
                disk.openCounts = [:]
                return disk
            case .allLost:
                disk.names = durableNames
            case .allKept, .zeroLength:
                disk.names = names
            case .random(let seed), .reordered(let seed):
                random = SeededRandom(seed: seed)
                disk.names = durableNames
                let percentKept = random.element(of: [0, 50, 50, 100])
                for pending in pendingChanges where random.chance(percentKept) {
                    disk.names.apply(pending.change)
                }
            }
            disk.names = disk.names.reachable()
            disk.durableNames = disk.names
            // By number and not by dictionary, so that a seed means one image.
            for node in disk.names.nodes().sorted() {
                disk.nodes[node] = nodes[node]?.afterCrash(image, &random)
            }
            disk.nextNode = nextNode
            return disk
        }

        private mutating func dropUnreferencedNodes() {
            var referenced = Set(names.nodes())
            referenced.formUnion(durableNames.nodes())
            referenced.formUnion(pendingChanges.compactMap(\.change.node))
            referenced.formUnion(openCounts.keys)
            nodes = nodes.filter { referenced.contains($0.key) }
        }
    }
}
