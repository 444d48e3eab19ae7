/// How long to wait before the next attempt: twice as long each time, drawn from the whole range
/// ("full jitter"), so that clients that lost one server do not come back in step.
///
/// Source: Brooker, "Exponential Backoff And Jitter", 2015,
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.
struct Backoff: Sendable {
    /// The range of the first wait ends here.
    let first: Duration
    /// No range goes further.
    let most: Duration
    private var failures = 0

    init(first: Duration, most: Duration) {
        self.first = first
        self.most = most
    }

    /// The wait after one more failure: at least what the server asked for.
    mutating func next(
        atLeast asked: Duration = .zero, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let range = min(most, first * (1 << min(failures, 20)))
        failures += 1
        return max(asked, range * Double.random(in: 0...1, using: &random))
    }

    /// An attempt succeeded.
    mutating func reset() {
        failures = 0
    }
}
