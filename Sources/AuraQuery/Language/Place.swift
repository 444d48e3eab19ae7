/// Where something stands in the text of a query: bytes of UTF-8.
///
/// All places are equal, so that two expressions that say the same in two places are equal, as GROUP BY
/// needs it.
struct Place: Hashable, Sendable {
    let bytes: Range<Int>

    init(_ bytes: Range<Int>) {
        self.bytes = bytes
    }

    /// Of what no text says.
    static let none = Place(0..<0)

    static func == (left: Place, right: Place) -> Bool { true }

    func hash(into hasher: inout Hasher) {}

    /// From the start of this one to the end of another.
    func through(_ end: Place) -> Place {
        Place(bytes.lowerBound..<max(bytes.upperBound, end.bytes.upperBound))
    }
}
