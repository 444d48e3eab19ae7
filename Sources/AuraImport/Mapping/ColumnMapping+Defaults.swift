extension ColumnMapping {
    /// The same mapping with these in place of what it leaves open.
    ///
    /// - Parameters:
    ///   - type: The type of all events, unless the mapping says where it stands; nil changes
    ///     nothing.
    ///   - timeFormat: How the event's time is written, unless the mapping says; nil changes
    ///     nothing.
    public func assuming(type name: String?, timeFormat format: TimeFormat?) -> ColumnMapping {
        var mapping = self
        if let name, case .firstOf = type { mapping.type = .constant(name) }
        if let format, timeFormat == .automatic { mapping.timeFormat = format }
        return mapping
    }
}
