import AuraCore
import AuraEngine
import AuraStorage
import AuraWire

extension MissingEvents {
    /// What clients are told of a chunk that is set aside: why is for the server's log.
    init(_ chunk: MissingChunk) {
        self.init(
            chunk: chunk.file, count: UInt64(chunk.rowCount), sequences: chunk.sequences,
            times: Timestamp(
                microseconds: chunk.times.lowerBound)...Timestamp(
                    microseconds: chunk.times.upperBound))
    }
}

extension StatusInfo.Scrub {
    /// What clients are told of the reading over.
    init(_ status: ScrubStatus) {
        self.init()
        rounds = status.rounds
        bytesRead = UInt64(status.bytesRead)
        bytes = UInt64(status.bytes)
        lastRound = status.lastRound.map { Timestamp(microseconds: $0) }
        findings = status.findings
        lastFinding = status.lastFinding?.description ?? ""
    }
}
