/// Figures of steps in words.
extension PlanText {
    static func milliseconds(_ nanoseconds: Int) -> String {
        decimal(nanoseconds, of: 1_000_000) + " ms"
    }

    static func size(_ bytes: Int) -> String {
        if bytes < 1 << 10 { return "\(bytes) bytes" }
        return bytes < 1 << 20
            ? decimal(bytes, of: 1 << 10) + " KiB" : decimal(bytes, of: 1 << 20) + " MiB"
    }

    /// A number of units with one decimal.
    private static func decimal(_ amount: Int, of unit: Int) -> String {
        let tenths = (amount * 10 + unit / 2) / unit
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension StepProfile {
    /// What is said behind every step.
    var summary: String {
        let memory = self[.memory] > 0 ? ", \(PlanText.size(self[.memory]))" : ""
        return " [rows \(self[.rows]), \(PlanText.milliseconds(self[.nanoseconds]))\(memory)]"
    }

    private var seenBlocks: Int {
        self[.readBlocks] + self[.skippedByTime] + self[.skippedByType] + self[.skippedByValue]
    }

    /// What is said of a scan beside that.
    var scanLines: [String] {
        var lines: [String] = []
        if self[.cells] > 0 { lines.append("cells \(self[.cells])") }
        if self[.chunks] + self[.batches] > 0 {
            lines.append(
                "chunks \(self[.nearChunks]) of \(self[.chunks]), "
                    + "batches in memory \(self[.nearBatches]) of \(self[.batches])")
            let skipped = [
                (self[.skippedByTime], "by time"), (self[.skippedByType], "by type"),
                (self[.skippedByValue], "by value"), (self[.blocks] - seenBlocks, "by the limit"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            lines.append(
                "blocks \(self[.readBlocks]) of \(self[.blocks])"
                    + (skipped.isEmpty ? "" : ", skipped \(skipped.joined(separator: ", "))"))
            lines.append("decoded \(PlanText.size(self[.decoded]))")
        }
        return lines
    }
}
