#if AURA_CANARIES
import AuraStorage
import AuraTesting
import Testing

/// Each planted bug must be seen by the checks that everything else passes.
@Suite struct CanaryTests {
    @Test(arguments: Canary.allCases)
    func `every planted bug is found`(_ canary: Canary) throws {
        let hunt = Hunt(canary)
        let found = Canary.$active.withValue(canary) { hunt.firstViolation() }
        let violation = try #require(found, "\(canary) is found by none of its cases")
        print("\(canary): found by case \(violation.number): \(violation.words.prefix(160))")
        #expect(violation.number <= 600)
        // The same cases pass without the bug.
        let other = hunt.firstViolation(limit: violation.number)
        #expect(other == nil, "\(other?.words ?? "")")
    }
}

extension CanaryTests {
    @Test(arguments: SingleDamage.allCases)
    func `a damage of its own is found by nothing but its guard`(_ damage: SingleDamage) throws {
        #expect(throws: Violation.self) {
            try Canary.$active.withValue(damage.canary) { try damage.check() }
        }
    }
}

/// Where to look for a planted bug: a few hundred cases of the checks.
private struct Hunt {
    typealias Case = () throws -> Void

    /// Makes the cases; that may show the bug already.
    private let makeCases: () throws -> [Case]

    init(_ canary: Canary) {
        makeCases =
            switch canary {
            case .skipLogSync, .skipManifestSync, .skipSegmentHeaderSync, .skipParentSync,
                .skipSegmentDirectorySync, .skipDirectorySync, .skipCurrentSync, .editTooLate:
                Hunt.crashes("first-start", seeds: 4)
            case .skipRestatementSync: Hunt.crashes("many-flushes", seeds: 4)
            case .trustCurrent: { try TakeOverKills().cases }
            case .skipChunkSync, .skipCheckpointSync, .skipIndexSync, .forgetFlushedProducers,
                .forgetFlushedIndex, .keepFlushedStrips:
                Hunt.crashes("flushes", seeds: 4)
            case .recycleOneTooMany: Hunt.crashes("recycled-files", seeds: 1)
            case .forgetTombstones: Hunt.crashes("erasures", seeds: 1)
            case .finishTombstoneEarly: { [DeletionCase.partOfAChunk] }
            case .dropInputsUnasked: Hunt.crashes("compactions", seeds: 1)
            case .skipLedgerSync: { [DeletionCase.copyBesideLedger] }
            case .skipRecount: { [DeletionCase.lostWrite] }
            case .removeReadChunks: { [DeletionCase.heldSnapshot] }
            case .skipCopySync: { try BackupCrashes().cases }
            case .keepIdentity, .hideMissingChunks:
                { [CareWorld.checkCopy, CareWorld.checkMissing] }
            case .ignoreFooterHash, .ignoreBlockHash: RottenChunk.cases
            case .ignoreBodyChecksum, .promiseTooMuch:
                Hunt.crashes("groups-of-several-pages", seeds: 4)
            case .forgetProducersOnReplay, .admitFencedEpoch:
                Hunt.crashes("producers", seeds: 1)
            case .trustLastGroup, .visitAgain:
                Hunt.kills("rolls-with-spares", "first-start", "producers", "flushes")
            case .nameSpareTooEarly:
                Hunt.faults("rolls-with-spares", [.ioErrorForGood])
            case .retryFailedSync, .countFailedGroup, .trustLastEdit:
                Hunt.faults("first-start", [.ioErrorOnce])
            case .showBeforeSync, .dropDuplicateEntry, .forgetToTakeBack:
                { (1...300).map { seed in { _ = try Simulation.run(seed: seed) } } }
            case .skipLateEvents, .dropLastRow, .forgetErrors, .loseMergedUsers, .showLostCells:
                { (1...30).map { seed in { try IndexModel.run(seed: seed) } } }
            case .admitGap: Hunt.crashes("gaps", seeds: 0)
            case .leaveTornTail, .treatReadErrorAsEnd, .ignorePlace, .ignorePromise,
                .skipUnknownSegmentCheck, .skipSegmentGapCheck, .ignoreIncarnation, .ignoreChain,
                .skipHoles:
                Hunt.damage { $0.canary == canary }
            }
    }

    func firstViolation(limit: Int = .max) -> (number: Int, words: String)? {
        var number = 1
        do {
            for check in try makeCases().prefix(limit) {
                try check()
                number += 1
            }
            return nil
        } catch {
            return (number, "\(error)")
        }
    }

    private static func crashes(_ name: String, seeds: Int) -> () throws -> [Case] {
        {
            let matrix = try CrashMatrix(Workload(named: name))
            return matrix.cases(seeds: seeds).map { crash in { _ = try matrix.check(crash) } }
        }
    }

    private static func kills(_ names: String...) -> () throws -> [Case] {
        {
            try names.flatMap { name in
                let matrix = try CrashMatrix(Workload(named: name))
                return matrix.cases(of: .processKilled).map { crash in
                    { _ = try matrix.check(crash) }
                }
            }
        }
    }

    private static func faults(
        _ name: String, _ kinds: [FaultMatrix.Kind]
    ) -> () throws -> [Case] {
        {
            let matrix = try FaultMatrix(Workload(named: name))
            return matrix.cases.filter { kinds.contains($0.kind) }.map { fault in
                { try matrix.check(fault) }
            }
        }
    }

    private static func damage(
        where isWanted: @escaping (SingleDamage) -> Bool
    ) -> () throws -> [Case] {
        { SingleDamage.allCases.filter(isWanted).map { damage in { try damage.check() } } }
    }
}
#endif
