/// What the first lines of a CSV file say of all its rows; a resumed import needs it, since it does
/// not see them again.
public struct CSVLayout: Codable, Hashable, Sendable {
    /// A column.
    public struct Column: Codable, Hashable, Sendable {
        /// As the header has it.
        ///
        /// A name that is empty becomes `column3`, one that is there already gets a number:
        /// `name_2`.
        public var name: String
        /// The type that all of the first rows' values share: `int64`, `float64`, `bool`, `uuid`,
        /// else `string`; nil if they have none there.
        public var type: String?
    }

    /// The byte between fields.
    public var delimiter: UInt8
    /// The columns, in the order of the header.
    public var columns: [Column]
}
