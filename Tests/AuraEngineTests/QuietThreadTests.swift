import Foundation
import Synchronization
import Testing

@testable import AuraEngine

@Suite struct QuietThreadTests {
    /// The nice value of this thread: on Linux each has its own.
    private static func niceValue() -> Int32 {
        getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    }

    @Test func `quiet work gives way to others, and is done when the call returns`() {
        let before = QuietThreadTests.niceValue()
        let inside = Mutex<Int32?>(nil)
        QuietThread.run { inside.withLock { $0 = QuietThreadTests.niceValue() } }
        #expect(inside.withLock { $0 } == min(19, before + 10))
        #expect(QuietThreadTests.niceValue() == before)
    }
}
