import AuraEngine
import AuraQuery
import AuraStorage
import AuraWire

extension WireFailure {
    /// What a client is told when the engine did not take a batch or producer.
    init(refusal: Refusal) {
        switch refusal {
        case .sequenceConflict(let number):
            self.init(.sequenceConflict, detail: "number \(number)")
        case .outOfSequence(let expected):
            self.init(.outOfSequence, detail: "\(expected)", expectedSequence: expected)
        case .fenced: self.init(.fenced)
        case .unknownProducer: self.init(.unknownProducer)
        case .tooManyProducers: self.init(.tooManyProducers)
        case .badName: self.init(.badProducerName)
        case .memoryFull: self.init(.memoryFull)
        case .overloaded: self.init(.overloaded)
        case .noSpace: self.init(.noSpace)
        case .failed: self.init(.logFailed)
        case .closed: self.init(.shuttingDown)
        }
    }

    /// What a client is told when its question was not answered.
    init(engine error: EngineError) {
        switch error {
        case .query(let error): self.init(.badQuery, detail: error.description)
        case .refused(let refusal): self.init(refusal: refusal)
        // The engine's own words name files; they are for the log.
        case .storage: self.init(.internalError)
        }
    }
}
