import Foundation

/// How much random tests try: quick by default, ten times as much with `AURA_TEST_LONG=1`.
public enum Effort {
    /// Whether the long run was asked for.
    public static let isLong = ProcessInfo.processInfo.environment["AURA_TEST_LONG"] == "1"

    /// The number of trials for a test that makes `quick` of them in the quick run.
    public static func count(_ quick: Int) -> Int {
        isLong ? quick * 10 : quick
    }
}
