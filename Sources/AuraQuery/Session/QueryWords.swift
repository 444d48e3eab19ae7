/// The words of queries, for those who help to write them.
public enum QueryWords {
    /// Keywords in capitals.
    public static let keywords = Keywords.reserved.union([
        "ANALYZE", "ATTRIBUTES", "BY", "DESCRIBE", "ESCAPE", "EXCLUDE", "EXPLAIN", "EXTRACT",
        "FIRST", "FOLLOWING", "IGNORE", "INTERVAL", "LAST", "NULLS", "PARTITION", "PRECEDING",
        "RANGE", "RESET", "ROLLUP", "ROWS", "SET", "SETTINGS", "SHOW", "TABLES", "TO", "TRY_CAST",
        "TYPES", "UNBOUNDED",
    ]).sorted()

    /// Functions in lower case.
    public static let functions = AggregateFunction.names
        .union(ScalarFunction.all.keys.filter(Lexer.isWord))
        .union(WindowRanking.allCases.map(\.rawValue))
        .union(SelectBinder.specialNames).sorted()

    /// The settings that SET knows.
    public static let settings = SettingName.allCases.map(\.rawValue)

    /// Tables that are always there.
    public static let tables = ["events"] + InformationTable.allCases.map(\.rawValue)

    /// A name as a query must write it: between double quotes where it would mean something else.
    public static func written(_ name: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isPlain =
            parts.allSatisfy(Lexer.isWord) && !Keywords.reserved.contains(parts[0].uppercased())
        return isPlain ? name : Expression.quoted(name, "\"")
    }
}
