import AuraCore

/// A figure that `aura metric` shows, by the name of its column.
enum MetricName: Hashable, Sendable {
    case count, errors, rate, errorRate, sum, mean, deviation, least, greatest, users
    /// Of 0…1, and as it was written: `p99.9`.
    case quantile(Double, text: String)

    private static let named: [(text: String, name: MetricName)] = [
        ("count", .count), ("errors", .errors), ("rate", .rate), ("error_rate", .errorRate),
        ("sum", .sum), ("mean", .mean), ("deviation", .deviation), ("min", .least),
        ("max", .greatest), ("users", .users),
    ]

    /// The figure of a name: one of the list, or `p` and a percentage.
    init?(_ text: String) {
        if let known = MetricName.named.first(where: { $0.text == text }) {
            self = known.name
            return
        }
        guard text.first == "p", text.dropFirst().first?.isNumber == true,
            let percent = Double(text.dropFirst()), (0...100).contains(percent)
        else { return nil }
        self = .quantile(percent / 100, text: text)
    }

    /// The figures of names with commas between them.
    static func parse(_ texts: [String]) throws -> [MetricName] {
        let words = texts.flatMap { $0.split(separator: ",") }.map(String.init)
        return try words.map { word in
            if let name = MetricName(word) { return name }
            let all = named.map(\.text) + ["p50", "p95", "p99"]
            throw CommandFailure(
                .usage, "'\(word)' is no metric",
                hint: nearest(to: word, among: all).map { "did you mean '\($0)'?" }
                    ?? "there are \(all.joined(separator: ", ")) and other percentiles")
        }
    }

    /// The name of its column.
    var text: String {
        if case .quantile(_, let text) = self { return text }
        return MetricName.named.first { $0.name == self }?.text ?? ""
    }
}
