import AuraCore

extension ManifestEdit {
    /// What it says, for people.
    var words: String {
        switch self {
        case .created(let size, _): "created, segments of \(size) bytes"
        case .segmentUsed(let number, let group): "segment \(number) used, synced group \(group)"
        case .opened(let group, _): "opened at group \(group)"
        case .closed(let group, _): "closed at group \(group)"
        case .chunkAdded(let entry):
            "chunk \(entry.number) added, \(entry.rowCount) events in \(entry.fileSize) bytes"
        case .chunkDropped(let number): "chunk \(number) dropped"
        case .flushed(let mark):
            "flushed up to event \(mark.sequence), group \(mark.group), checkpoint "
                + "\(mark.checkpoint)"
        case .tombstoneAdded(let tombstone):
            "tombstone \(tombstone.number): \(tombstone.target.words), up to event "
                + "\(tombstone.sequence)"
        case .tombstoneDone(let number): "tombstone \(number) done"
        case .copied: "copied"
        case .renewed(let identity, _): "has identity \(FileName.hexadecimal(identity)) from now on"
        case .restated(let segment, let group, let chunk, let tombstone):
            "restated, last segment \(segment), group \(group), chunk \(chunk), tombstone "
                + "\(tombstone)"
        }
    }
}

extension Tombstone.Target {
    /// Which events go, for people; of a subject only what names it.
    fileprivate var words: String {
        switch self {
        case .subject(let subject): "a subject by \(subject.attribute.text)"
        case .before(let time): "events before \(Timestamp(microseconds: time))"
        }
    }
}
