import AuraCore

/// The codes of a column of texts, each of which is looked at once if there are fewer texts than rows.
struct TextCodes {
    private let codes: [UInt32]
    private let valid: [Bool]?
    private let table: TextEntries

    init(_ codes: [UInt32], _ valid: [Bool]?, _ table: TextEntries) {
        self.codes = codes
        self.valid = valid
        self.table = table
    }

    /// What `body` makes of each row's text, which is never 0; 0 for NULL.
    func map(_ body: (UInt32) -> UInt32) -> [UInt32] {
        var results = [UInt32](repeating: 0, count: codes.count)
        if table.count > codes.count * 4 {
            for row in codes.indices where valid?[row] ?? true { results[row] = body(codes[row]) }
            return results
        }
        var ofCode = [UInt32](repeating: 0, count: table.count)
        for row in codes.indices where valid?[row] ?? true {
            let code = Int(codes[row])
            if ofCode[code] == 0 { ofCode[code] = body(codes[row]) }
            results[row] = ofCode[code]
        }
        return results
    }
}
