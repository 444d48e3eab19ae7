extension SimulatedFileSystem {
    /// A file without its name: what readers see, what is durable, and what hangs between.
    struct Node: Sendable {
        /// What readers see.
        private(set) var current = Bytes()
        /// What every crash leaves, sectors in doubt apart.
        private(set) var durable = Bytes()
        /// Sectors written since the last sync: a bit for each of the eight of a page.
        private var unsynced: [Int: UInt8] = [:]
        /// Sectors that a failed sync marked clean: no later sync writes them.
        private var forgotten: [Int: UInt8] = [:]

        mutating func write(_ bytes: [UInt8], at offset: Int) {
            if bytes.isEmpty { return }
            current.write(bytes, at: offset)
            let sectors = offset / Bytes.sectorSize...(offset + bytes.count - 1) / Bytes.sectorSize
            let (firstPage, first) = sectors.lowerBound
                .quotientAndRemainder(dividingBy: Bytes.sectorsPerPage)
            let (lastPage, last) = sectors.upperBound
                .quotientAndRemainder(dividingBy: Bytes.sectorsPerPage)
            for page in firstPage...lastPage {
                var mask = UInt8.max
                if page == firstPage { mask &= .max << first }
                if page == lastPage { mask &= .max >> (Bytes.sectorsPerPage - 1 - last) }
                unsynced[page, default: 0] |= mask
                forgotten[page]? &= ~mask
            }
        }

        /// Makes durable what was written since the last sync, and the size.
        mutating func sync() {
            durable.resize(to: current.size)
            for (page, mask) in unsynced {
                if forgotten[page, default: 0] == 0 {
                    durable.sharePage(page, from: current)
                } else {
                    for sector in Self.sectors(page, mask) {
                        durable.copySector(sector, from: current)
                    }
                }
            }
            unsynced = [:]
        }

        /// A sync that failed: the pages count as clean from now on, wherever their bytes are.
        mutating func failSync() {
            forgotten.merge(unsynced) { $0 | $1 }
            unsynced = [:]
        }

        mutating func flipBit(_ bit: Int) {
            current.flipBit(bit)
            if bit < durable.size * 8 { durable.flipBit(bit) }
        }

        mutating func truncate(to size: Int) {
            precondition(size >= 0 && size <= current.size, "A file is truncated to a larger size")
            current.resize(to: size)
            durable.resize(to: min(size, durable.size))
        }

        /// The file as a crash leaves it, all of it durable.
        func afterCrash(_ image: CrashImage, _ random: inout SeededRandom) -> Node {
            var node = Node()
            switch image {
            case .processKilled: return self
            case .allLost, .zeroLength: node.durable = durable
            case .allKept: node.durable = allKept()
            case .random: node.durable = randomlyKept(&random)
            case .reordered: node.durable = reordered(&random)
            }
            node.current = node.durable
            return node
        }

        private func allKept() -> Bytes {
            var bytes = current
            for (page, mask) in forgotten {
                for sector in Self.sectors(page, mask) { restore(sector, in: &bytes) }
            }
            return bytes
        }

        private func randomlyKept(_ random: inout SeededRandom) -> Bytes {
            // The share differs from file to file: with fair coins alone no long write survives.
            let percentKept = random.element(of: [0, 25, 50, 75, 90, 100])
            var bytes = current
            for sector in sectorsInDoubt() where !random.chance(percentKept) {
                switch random.below(100) {
                case ..<70: restore(sector, in: &bytes)
                case ..<95: bytes.replaceSector(sector, with: Self.zeroSector)
                default: bytes.replaceSector(sector, with: random.bytes(Bytes.sectorSize))
                }
            }
            bytes.resize(to: sizeInDoubt(&random))
            return bytes
        }

        private func reordered(_ random: inout SeededRandom) -> Bytes {
            var sectors = sectorsInDoubt()
            switch random.below(3) {
            case 0: break
            case 1: sectors.reverse()
            default: sectors.shuffle(using: &random)
            }
            var bytes = current
            for sector in sectors.dropFirst(random.below(sectors.count + 1)) {
                restore(sector, in: &bytes)
            }
            bytes.resize(to: sizeInDoubt(&random))
            return bytes
        }

        /// The durable size, the present one, or one between.
        private func sizeInDoubt(_ random: inout SeededRandom) -> Int {
            let growth = current.size - durable.size
            if growth <= 0 { return current.size }
            switch random.below(5) {
            case 0, 1: return durable.size
            case 2, 3: return current.size
            default: return durable.size + random.below(growth)
            }
        }

        /// Gives a sector its durable bytes back, or zeros where the durable file has no such one.
        private func restore(_ sector: Int, in bytes: inout Bytes) {
            if sector * Bytes.sectorSize < durable.size {
                bytes.copySector(sector, from: durable)
            } else {
                bytes.replaceSector(sector, with: Self.zeroSector)
            }
        }

        /// In ascending order, so that a seed means one image.
        private func sectorsInDoubt() -> [Int] {
            unsynced.merging(forgotten) { $0 | $1 }.sorted { $0.key < $1.key }
                .flatMap { Self.sectors($0.key, $0.value) }
        }

        private static let zeroSector = [UInt8](repeating: 0, count: Bytes.sectorSize)

        private static func sectors(_ page: Int, _ mask: UInt8) -> [Int] {
            (0..<Bytes.sectorsPerPage).filter { mask >> $0 & 1 == 1 }
                .map { page * Bytes.sectorsPerPage + $0 }
        }
    }
}
