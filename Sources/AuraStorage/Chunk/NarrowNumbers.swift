import AuraCore

/// Whole numbers in as few bytes as hold their distance to the least.
struct NarrowNumbers: Sendable {
    private enum Distances: Sendable {
        case bytes([UInt8])
        case halves([UInt16])
        case words([UInt32])
    }

    /// The least and the greatest.
    let range: ClosedRange<Int64>
    private let distances: Distances

    /// nil if there are none, or if they lie too far apart.
    init?(_ numbers: [Int64]) {
        guard let least = numbers.min(), let greatest = numbers.max() else { return nil }
        range = least...greatest
        switch UInt64(bitPattern: greatest &- least) {
        case 0..<1 << 8:
            distances = .bytes(numbers.mapped { UInt8(truncatingIfNeeded: $0 &- least) })
        case 0..<1 << 16:
            distances = .halves(numbers.mapped { UInt16(truncatingIfNeeded: $0 &- least) })
        case 0..<1 << 32:
            distances = .words(numbers.mapped { UInt32(truncatingIfNeeded: $0 &- least) })
        default: return nil
        }
    }

    /// Bytes of memory.
    var byteCount: Int {
        switch distances {
        case .bytes(let distances): distances.count
        case .halves(let distances): distances.count * 2
        case .words(let distances): distances.count * 4
        }
    }

    /// Those of some places.
    func numbers(in places: RowRanges) -> [Int64] {
        let base = range.lowerBound
        return switch distances {
        case .bytes(let distances): taken(distances, places) { base &+ Int64($0) }
        case .halves(let distances): taken(distances, places) { base &+ Int64($0) }
        case .words(let distances): taken(distances, places) { base &+ Int64($0) }
        }
    }

    /// Those of some places, none of which is below 0 or exceeds 32 bits.
    func codes(in places: RowRanges) -> [UInt32] {
        let base = UInt32(truncatingIfNeeded: range.lowerBound)
        return switch distances {
        case .bytes(let distances): taken(distances, places) { base &+ UInt32($0) }
        case .halves(let distances): taken(distances, places) { base &+ UInt32($0) }
        case .words(let distances): taken(distances, places) { base &+ $0 }
        }
    }

    @inline(__always)
    private func taken<Distance, Result>(
        _ distances: [Distance], _ places: RowRanges, _ body: (Distance) -> Result
    ) -> [Result] {
        unsafe [Result](unsafeUninitializedCapacity: places.count) { results, filled in
            for range in places.ranges {
                let distances = distances.span.extracting(range)
                for index in distances.indices {
                    unsafe results.initializeElement(
                        at: filled &+ index, to: body(distances[index]))
                }
                filled += distances.count
            }
        }
    }
}
