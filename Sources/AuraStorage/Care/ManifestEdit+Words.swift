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
        case .copied: "copied"
        case .renewed(let identity, _): "has identity \(FileName.hexadecimal(identity)) from now on"
        }
    }
}
