/// Files that are no part of the store any more.
public struct RetiredFiles: Sendable {
    let place: StorePlace
    var names: [String] = []

    /// Whether there are none.
    public var isEmpty: Bool { names.isEmpty }

    /// Removes them; what cannot be removed is removed when the store is opened next.
    public func remove() {
        for name in names { place.discard(name) }
    }
}
