import AuraCore

/// A window of time, cut into buckets as wide as can be, and what no bucket covers.
package struct WindowCover: Sendable {
    /// Buckets of one width, and the time for which there are such.
    struct Level: Sendable {
        let width: Int64
        let held: Range<Int64>
    }

    /// Consecutive buckets of a level.
    struct Run: Hashable, Sendable {
        let level: Int
        let start: Int64
        var count: Int
    }

    private(set) var runs: [Run] = []
    /// Ascending, and not adjacent.
    package private(set) var edges: [Range<Int64>] = []

    /// - Parameter levels: From fine to coarse, each width a multiple of the one before.
    init(of window: Range<Int64>, by levels: [Level]) {
        var time = window.lowerBound
        while time < window.upperBound {
            let usable = levels.indices.last { index in
                let level = levels[index]
                return time >= level.held.lowerBound
                    && time + level.width <= min(window.upperBound, level.held.upperBound)
                    && time.aligned(to: level.width) == time
            }
            if let usable {
                let level = levels[usable]
                let end = min(window.upperBound, level.held.upperBound)
                // Nothing is wider than the last: as many as there are at once.
                let count = usable == levels.count - 1 ? (end - time) / level.width : 1
                append(Run(level: usable, start: time, count: Int(count)), width: level.width)
                time += count * level.width
            } else {
                let next = WindowCover.nextStart(after: time, in: window, levels)
                append(time..<next)
                time = next
            }
        }
    }

    /// The next time at which a bucket begins that lies in the window; its end if there is none.
    private static func nextStart(
        after time: Int64, in window: Range<Int64>, _ levels: [Level]
    ) -> Int64 {
        var next = window.upperBound
        for level in levels where level.held.lowerBound < window.upperBound {
            let start = max(time + 1, level.held.lowerBound).alignedUp(to: level.width)
            if start + level.width <= min(window.upperBound, level.held.upperBound) {
                next = min(next, start)
            }
        }
        return next
    }

    private mutating func append(_ run: Run, width: Int64) {
        if let last = runs.last, last.level == run.level,
            last.start + Int64(last.count) * width == run.start
        {
            runs[runs.count - 1].count += run.count
        } else {
            runs.append(run)
        }
    }

    private mutating func append(_ edge: Range<Int64>) {
        if let last = edges.last, last.upperBound == edge.lowerBound {
            edges[edges.count - 1] = last.lowerBound..<edge.upperBound
        } else {
            edges.append(edge)
        }
    }
}
