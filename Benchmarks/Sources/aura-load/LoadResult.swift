import Foundation

/// What a load came to.
struct LoadResult {
    private let batches: Int
    private let events: Int
    private let seconds: Double
    private let cpu: Double
    private let bytes: Int
    /// Ascending, in seconds.
    private let latencies: [Double]

    init(loads: [ConnectionLoad], batchRows: Int, seconds: Double, cpu: Double) {
        latencies = loads.flatMap(\.latencies).sorted()
        batches = latencies.count
        events = batches * batchRows
        self.seconds = seconds
        self.cpu = cpu
        bytes = loads.reduce(0) { $0 + $1.sentBytes }
    }

    private func milliseconds(at place: Double) -> Double {
        guard let last = latencies.last else { return 0 }
        let index = Int(Double(latencies.count) * place)
        return (index < latencies.count ? latencies[index] : last) * 1e3
    }

    /// One line for people.
    var text: String {
        unsafe String(
            format: "%d events in %.2f s: %.0f events/s; "
                + "ack p50 %.3f ms, p99 %.3f ms, max %.3f ms; %.3f s of processor time",
            events, seconds, Double(events) / seconds, milliseconds(at: 0.5),
            milliseconds(at: 0.99), milliseconds(at: 1), cpu)
    }

    /// One JSON object, as `Benchmarks/README.md` has it.
    var json: String {
        unsafe String(
            format: "{\"events\": %d, \"batches\": %d, \"seconds\": %.4f, \"events_per_s\": %.0f, "
                + "\"ack_ms_p50\": %.4f, \"ack_ms_p99\": %.4f, \"ack_ms_max\": %.4f, "
                + "\"client_cpu_s\": %.4f, \"encoded_bytes\": %d}",
            events, batches, seconds, Double(events) / seconds, milliseconds(at: 0.5),
            milliseconds(at: 0.99), milliseconds(at: 1), cpu, bytes)
    }
}
