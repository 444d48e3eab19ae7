import AuraTesting
import Testing

@testable import AuraQuery

/// Bodies that chance has made: those that mean something, and damaged ones.
@Suite struct HostileBodyTests {
    private static let parts = 0..<UInt64(8)
    private static let perPart = UInt64(Effort.count(60))
    private static let events = Result { try BodyEvents() }

    @Test(arguments: parts)
    func `what a body means is printed, and parses to the same query`(part: UInt64) throws {
        for number in 0..<Self.perPart {
            let seed = part &* 1_000_000 &+ number
            var generator = BodyGenerator(seed: seed)
            let text = generator.body()
            do throws(TextError) {
                let body = try QueryBody(text)
                let statements = try Parser.statements(body.sql)
                #expect(statements.last == .query(body.query), "seed \(seed): \(text)")
                #expect(statements.count == (body.zone == nil ? 1 : 2), "seed \(seed)")
                let again = try QueryBody(body.normalized)
                #expect(again.normalized == body.normalized, "seed \(seed): \(text)")
                #expect(again.query == body.query, "seed \(seed): \(text)")
            } catch {
                Issue.record("seed \(seed): \(error.description(in: text))\n\(text)")
            }
        }
    }

    @Test(arguments: parts)
    func `a body and its SQL have the same answer`(part: UInt64) throws {
        let events = try Self.events.get()
        for number in 0..<Self.perPart / 4 {
            let seed = part &* 1_000_000 &+ number
            var generator = BodyGenerator(seed: seed)
            let text = generator.body()
            let sql = try QueryBody(text).sql
            let wrong = try events.failure(text)
            #expect(try wrong?.message == events.failure(sql)?.message, "seed \(seed): \(text)")
            guard wrong == nil else { continue }
            #expect(try events.rows(text) == events.rows(sql), "seed \(seed): \(text)")
        }
    }

    @Test(arguments: parts)
    func `a damaged body is read, or refused at a place of it`(part: UInt64) {
        for number in 0..<Self.perPart * 20 {
            let seed = part &* 1_000_000 &+ number
            var generator = BodyGenerator(seed: seed)
            let bytes = Array(generator.body().utf8)
            var mutator = Mutator(seed: seed)
            let donor = Array(generator.body().utf8)
            let text = String(decoding: mutator.mutate(bytes, donor: donor), as: UTF8.self)
            do throws(TextError) {
                let body = try QueryBody(text)
                #expect(try Parser.statements(body.sql).last == .query(body.query), "\(text)")
            } catch {
                let failure = QueryFailure.text(error)
                if let complaint = HostileTrial.complaint(about: failure, of: text) {
                    Issue.record("seed \(seed): \(complaint)\n\(text)")
                }
            }
        }
    }

    @Test(arguments: ["[", #"{"filters":"#, #"["not","#, #"{"a":[1,"#])
    func `what lies in itself 100,000 times is refused`(start: String) {
        for head in ["", #"{"filters":"#, #"{"metrics":["#] {
            let text = head + String(repeating: start, count: 100_000)
            #expect(throws: TextError.self) { _ = try QueryBody(text) }
        }
    }
}
