extension Int64 {
    /// The product; nil beyond 64 bits.
    func multipliedExactly(by factor: Int64) -> Int64? {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? nil : product
    }

    /// The sum; nil beyond 64 bits.
    func addedExactly(_ other: Int64) -> Int64? {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? nil : sum
    }
}
