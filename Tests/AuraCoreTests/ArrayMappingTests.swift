import AuraCore
import Testing

@Suite struct ArrayMappingTests {
    @Test func `mapped is map, and at takes elements in any order`() {
        for count in [0, 1, 7, 64, 1_001] {
            let numbers = (0..<count).map { $0 * 3 }
            #expect(numbers.mapped { $0 + 1 } == numbers.map { $0 + 1 })
            #expect(numbers.mapped { "\($0)" } == numbers.map { "\($0)" })
            let places = (0..<UInt32(count)).reversed() + (0..<UInt32(count)).filter { $0 % 5 == 0 }
            #expect(numbers.at(places) == places.map { numbers[Int($0)] })
        }
    }
}
