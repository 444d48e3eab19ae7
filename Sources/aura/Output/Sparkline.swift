/// A row of small bars, one for each number.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// Bars as high as the numbers are in proportion to the greatest; a zero is a space.
    static func of(_ numbers: [UInt64]) -> String {
        guard let greatest = numbers.max(), greatest > 0 else {
            return String(repeating: " ", count: numbers.count)
        }
        return String(
            numbers.map { number in
                if number == 0 { return " " }
                let step = number.multipliedFullWidth(by: UInt64(bars.count - 1))
                return bars[Int(greatest.dividingFullWidth(step).quotient)]
            })
    }
}
