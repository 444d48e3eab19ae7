import AuraCore

/// The widths of the index's time buckets, each a multiple of the one before.
public enum Resolution: Int, CaseIterable, Hashable, Sendable {
    case tenSeconds, minute, hour, day

    /// Width of a bucket in µs; buckets begin at multiples of it since the epoch.
    public var width: Int64 {
        switch self {
        case .tenSeconds: 10_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        }
    }

    /// How far back from the present its cells reach, in µs; nil where nothing but memory ends them.
    public var horizon: Int64? {
        switch self {
        case .tenSeconds: 2 * Resolution.hour.width
        case .minute: 48 * Resolution.hour.width
        case .hour: 400 * Resolution.day.width
        case .day: nil
        }
    }

    /// Whether buckets of that width in µs are made of the narrowest ones.
    package static func isMultiple(_ width: Int64) -> Bool {
        width > 0 && width % tenSeconds.width == 0 && width <= Limits.latestTime
    }

    /// Buckets of a page: cells come and go by pages.
    var pageLength: Int {
        switch self {
        case .tenSeconds, .minute: 60
        case .hour: 24
        case .day: 32
        }
    }

    /// Width of a page in µs.
    var pageWidth: Int64 { width * Int64(pageLength) }
}

extension Int64 {
    /// The greatest multiple of `width` that is not above.
    package func aligned(to width: Int64) -> Int64 {
        flooredQuotient(width) * width
    }

    /// The least multiple of `width` that is not below.
    package func alignedUp(to width: Int64) -> Int64 {
        (self + (width - 1)).aligned(to: width)
    }
}
