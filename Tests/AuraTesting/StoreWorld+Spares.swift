import AuraStorage

/// The segments that a world makes ready.
extension StoreWorld {
    /// Makes the spare segment that is wanted, which `takeSpare` hands over.
    public mutating func makeSpare() {
        guard spare == nil, let wanted = storage?.orderSpare() else { return }
        do throws(FileSystemError) { spare = try wanted.prepare() } catch {}
    }

    /// Hands the spare that was made over to the storage.
    public mutating func takeSpare() {
        if let spare { storage?.add(spare) }
        spare = nil
    }
}
