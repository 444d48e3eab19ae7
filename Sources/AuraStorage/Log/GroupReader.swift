import AuraCore

/// Reads groups one after another through the files of one chain.
///
/// A group is handed out when the next is known not to be the same group once more: the later
/// writing counts, for whoever wrote it did not know whether the earlier one was durable.
struct GroupReader {
    /// A group and where it was found.
    struct Place {
        let group: CommitGroup
        /// Its number, and when it was written by the writer's clock, µs.
        let number: UInt64
        let time: Int64
        let file: String
        let offset: Int64
    }

    /// What ends the readable groups of a file.
    struct End {
        var offset: Int64
        /// What is wrong there; nil if it is blank.
        var damage: FormatError?
    }

    private(set) var chain: GroupChain
    /// The last group read, not handed out yet.
    private(set) var last: Place?
    private let incarnation: UInt64
    private let visit: (Place) throws(StorageError) -> Void

    /// - Parameter chain: What the first group must follow.
    init(
        incarnation: UInt64, from chain: GroupChain = GroupChain(),
        visit: @escaping (Place) throws(StorageError) -> Void
    ) {
        self.chain = chain
        self.incarnation = incarnation
        self.visit = visit
    }

    /// Reads the groups of a file from an offset on, up to the first place that holds none.
    mutating func read(_ file: GroupFile, from start: Int64) throws(StorageError) -> End {
        var offset = start
        while true {
            switch try file.read(at: offset, after: chain) {
            case .blank:
                return End(offset: offset)
            case .damaged(let error):
                return End(offset: offset, damage: error)
            case .group(let header, let group, let fit):
                let place = Place(
                    group: group, number: header.number, time: header.wallTime, file: file.name,
                    offset: offset)
                try take(place, header, fit)
                offset += Int64(header.groupSize)
            }
        }
    }

    private mutating func take(
        _ place: Place, _ header: GroupHeader, _ fit: GroupChain.Fit
    ) throws(StorageError) {
        if let last, fit == .next || Canary.visitAgain.isActive { try visit(last) }
        chain.advance(over: header, incarnation: incarnation)
        last = place
    }

    /// Hands out the last group.
    func finish() throws(StorageError) {
        if let last { try visit(last) }
    }

    /// Whether the file goes on with the chain at an offset.
    func isContinued(in file: GroupFile, at offset: Int64) throws(StorageError) -> Bool {
        guard let header = try file.peek(at: offset), chain.fit(of: header) != nil else {
            return false
        }
        if case .group = try file.read(at: offset, after: chain) { return true }
        return false
    }

    /// Where the chain goes on behind a place that cannot be read; nil if nowhere.
    ///
    /// A last group that was found, and may have been in the page cache alone, is written again
    /// behind itself: so the chain can have holes of groups that never were durable.
    func continuation(in file: GroupFile, _ rest: GroupFile.Rest) throws(StorageError) -> Int64? {
        for (place, _) in rest.headers where try isContinued(in: file, at: place) { return place }
        return nil
    }
}
