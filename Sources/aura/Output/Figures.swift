import Glibc

/// Numbers as people read them; machine formats never use these.
enum Figures {
    /// With a comma between thousands: `1,234,567`.
    static func grouped(_ number: some BinaryInteger) -> String {
        var digits = String(number.magnitude)
        var grouped = ""
        while digits.count > 3 {
            grouped = "," + digits.suffix(3) + grouped
            digits = String(digits.dropLast(3))
        }
        return (number < 0 ? "-" : "") + digits + grouped
    }

    /// Three digits and a unit: `950`, `12.4 k`, `3.10 M`.
    static func short(_ number: Double) -> String {
        for (unit, size) in [("G", 1e9), ("M", 1e6), ("k", 1e3)] where number >= size {
            return decimal(number / size) + " " + unit
        }
        return number < 100 && number != number.rounded() ? decimal(number) : whole(number)
    }

    /// Seconds as `0.031 s`, `42 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        if seconds < 0.001 { return fixed(seconds * 1e6, places: 0) + " µs" }
        if seconds < 1 { return fixed(seconds * 1e3, places: 1) + " ms" }
        if seconds < 60 { return decimal(seconds) + " s" }
        let whole = Int(seconds)
        if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3_600) h \(whole / 60 % 60) min"
    }

    /// With at most six digits that count.
    static func rounded(_ number: Double) -> Double {
        guard number.isFinite, number != 0 else { return number }
        let digits = 5 - Int(log10(number.magnitude).rounded(.down))
        guard (-15...15).contains(digits) else { return number }
        let scale = pow(10, Double(digits.magnitude))
        return digits < 0
            ? (number / scale).rounded() * scale : (number * scale).rounded() / scale
    }

    /// With that many decimals.
    static func fixed(_ number: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((number.magnitude * scale).rounded())
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        let digits = String(scaled)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    private static func whole(_ number: Double) -> String { fixed(number, places: 0) }

    private static func decimal(_ number: Double) -> String {
        fixed(number, places: number < 10 ? 2 : number < 100 ? 1 : 0)
    }
}
