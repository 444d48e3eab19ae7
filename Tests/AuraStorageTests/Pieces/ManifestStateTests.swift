import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct ManifestStateTests {
    private let created = ManifestEdit.created(segmentSize: 8_192, time: 7)

    private func state(_ edits: ManifestEdit...) throws(FormatError) -> ManifestState {
        var state = ManifestState()
        for edit in edits { try state.apply(edit) }
        return state
    }

    /// The condition that an edit breaks after others, which it leaves as they were.
    private func broken(_ edit: ManifestEdit, after edits: ManifestEdit...) throws -> Int? {
        var state = ManifestState()
        for edit in edits { try state.apply(edit) }
        let before = state
        do {
            try state.apply(edit)
            return nil
        } catch {
            #expect(state == before, "\(edit) is refused and changes the state")
            return error.condition
        }
    }

    @Test func `edits add up`() throws {
        let open = try state(
            created, .segmentUsed(number: 1, syncedGroup: 0), .opened(lastGroup: 0, time: 8),
            .segmentUsed(number: 2, syncedGroup: 9))
        #expect(open.segmentSize == 8_192)
        #expect(open.createdAt == 7)
        #expect(open.lastSegment == 2)
        #expect(open.promisedGroup == 9)
        #expect(open.closedAtGroup == nil)
    }

    @Test func `only what comes last is a close`() throws {
        let used = ManifestEdit.segmentUsed(number: 1, syncedGroup: 0)
        let closed = ManifestEdit.closed(lastGroup: 5, time: 9)
        #expect(try state(created, used, closed).closedAtGroup == 5)
        #expect(try state(created, used, closed).promisedGroup == 5)
        #expect(
            try state(created, used, closed, .opened(lastGroup: 5, time: 9)).closedAtGroup == nil)
        #expect(
            try state(created, used, closed, .segmentUsed(number: 2, syncedGroup: 5))
                .closedAtGroup == nil)
    }

    @Test func `an edit that cannot follow is refused`() throws {
        let used = ManifestEdit.segmentUsed(number: 1, syncedGroup: 5)
        #expect(try broken(used) == 22)
        #expect(try broken(.opened(lastGroup: 0, time: 0)) == 22)
        #expect(try broken(.closed(lastGroup: 0, time: 0)) == 22)
        #expect(try broken(created, after: created) == 22)
        for size: Int64 in [.min, -4_096, 0, 4_096, 8_191, 8_193, 12_287, .max] {
            #expect(try broken(.created(segmentSize: size, time: 0)) == 22, "\(size)")
        }
        #expect(try broken(.created(segmentSize: 8_192, time: .min)) == nil)
        for number: UInt64 in [0, 1, 3, .max] {
            #expect(
                try broken(.segmentUsed(number: number, syncedGroup: 5), after: created, used)
                    == 22, "\(number)")
        }
        #expect(
            try broken(.segmentUsed(number: 2, syncedGroup: 4), after: created, used) == 22)
        #expect(try broken(.opened(lastGroup: 4, time: 0), after: created, used) == 22)
        #expect(try broken(.closed(lastGroup: 4, time: 0), after: created, used) == 22)
        #expect(try broken(.closed(lastGroup: 5, time: 0), after: created, used) == nil)
    }

    /// Whether the edit is possible.
    private func take(_ edit: ManifestEdit, _ state: inout ManifestState) -> Bool {
        do {
            try state.apply(edit)
            return true
        } catch { return false }
    }

    @Test func `a restatement comes to the same, and so does all that follows`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var kept = 0
        for _ in 0..<Effort.count(100) {
            var original = try state(created)
            var restated: ManifestState?
            for step in 0..<80 {
                if step % 20 == 19 {
                    var other = ManifestState()
                    for edit in original.restatement(now: 1) { try other.apply(edit) }
                    #expect(other == original, "seed \(seed)")
                    restated = other
                }
                let edit = ManifestEdit.random(&random, after: original)
                let isPossible = take(edit, &original)
                if isPossible { kept += 1 }
                if var other = restated {
                    #expect(take(edit, &other) == isPossible, "seed \(seed): \(edit)")
                    #expect(other == original, "seed \(seed): \(edit)")
                    restated = other
                }
            }
        }
        #expect(kept > Effort.count(100) * 20)
    }

    @Test func `every edit is read back, and no edit of another size`() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<Effort.count(200) {
            let edits: [ManifestEdit] = [
                .created(
                    segmentSize: Int64(bitPattern: random.next()),
                    time: Int64(bitPattern: random.next())),
                .segmentUsed(number: random.next(), syncedGroup: random.next()),
                .opened(lastGroup: random.next(), time: Int64(bitPattern: random.next())),
                .closed(lastGroup: random.next(), time: Int64(bitPattern: random.next())),
            ]
            for edit in edits {
                let bytes = edit.encoded()
                #expect(bytes.count == 17)
                #expect(try ManifestEdit(bytes.rawSpan) == edit)
                let wrong =
                    random.chance(50)
                    ? Array(bytes.prefix(random.below(17)))
                    : bytes + random.bytes(1 + random.below(3))
                do {
                    _ = try ManifestEdit(wrong.rawSpan)
                    Issue.record("\(wrong.count) bytes pass for an edit")
                } catch {
                    #expect(error.condition == 21)
                }
            }
        }
    }
}
