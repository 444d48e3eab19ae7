import AuraCore

/// The settings that SET knows.
enum SettingName: String, CaseIterable {
    case threads
    case rollups
    case memoryLimit = "memory_limit"
    case timeZone = "timezone"

    /// What it is for, in a line.
    var purpose: String {
        switch self {
        case .threads: "threads that answer a query, at most"
        case .rollups: "on or off: whether counts are read from the index where it has them"
        case .memoryLimit: "bytes that a query may hold at once, such as '512 MB'"
        case .timeZone: "the zone of days and hours"
        }
    }
}

extension QuerySettings {
    /// Most threads that a query can ask for.
    static let threadLimit: Int128 = 256

    mutating func set(_ name: Expression.Name, to value: Expression) throws(TextError) {
        switch (try QuerySettings.setting(name), value.form) {
        case (.threads, .integer(let count)):
            guard (1...QuerySettings.threadLimit).contains(count) else {
                throw TextError(
                    "threads are from 1 to \(QuerySettings.threadLimit)", at: value.place)
            }
            threads = Int(count)
        case (.rollups, .text(let text)):
            guard ["on", "off"].contains(text.lowercased()) else {
                throw TextError("rollups are on or off", at: value.place)
            }
            usesRollups = text.lowercased() == "on"
        case (.rollups, .bool(let isOn)): usesRollups = isOn
        case (.memoryLimit, .integer(let bytes)):
            memoryLimit = try QuerySettings.bytes(String(bytes), value.place)
        case (.memoryLimit, .text(let text)):
            memoryLimit = try QuerySettings.bytes(text, value.place)
        case (.timeZone, .text(let text)):
            guard let rules = zoneNamed(text) else {
                throw TextError(
                    "there is no time zone '\(text)'", at: value.place,
                    hint: "such as 'Europe/Berlin' or 'UTC'")
            }
            zone = rules
            zoneName = text
        case (let setting, _):
            throw TextError(
                "this is no value of \(setting.rawValue)", at: value.place, hint: setting.purpose)
        }
    }

    mutating func reset(
        _ name: Expression.Name, to defaults: QuerySettings
    ) throws(TextError) {
        switch try QuerySettings.setting(name) {
        case .threads: threads = defaults.threads
        case .rollups: usesRollups = defaults.usesRollups
        case .memoryLimit: memoryLimit = defaults.memoryLimit
        case .timeZone:
            zone = defaults.zone
            zoneName = defaults.zoneName
        }
    }

    /// What is set, as SHOW SETTINGS writes it.
    func text(of setting: SettingName) -> String {
        switch setting {
        case .threads: String(threads)
        case .rollups: usesRollups ? "on" : "off"
        case .memoryLimit: String(memoryLimit)
        case .timeZone: zoneName
        }
    }

    private static func setting(_ name: Expression.Name) throws(TextError) -> SettingName {
        if let setting = SettingName(rawValue: name.text.lowercased()) { return setting }
        let names = SettingName.allCases.map(\.rawValue)
        let near = nearest(to: name.text.lowercased(), among: names)
        throw TextError(
            "there is no setting '\(name.text)'", at: name.place,
            hint: near.map { "did you mean \($0)?" } ?? "there are " + names.joined(separator: ", ")
        )
    }

    /// A number of bytes, with a unit or without.
    private static func bytes(_ text: String, _ place: Place) throws(TextError) -> Int {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).filter { $0 != " " }.lowercased()
        let units = [
            "": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 1 << 10,
            "mib": 1 << 20, "gib": 1 << 30,
        ]
        if let count = Int(digits), count > 0, let factor = units[unit] {
            let (bytes, overflows) = count.multipliedReportingOverflow(by: factor)
            if !overflows { return bytes }
        }
        throw TextError(
            "'\(text)' is no number of bytes", at: place,
            hint: "such as 1000000, '512 MB' or '2 GiB'")
    }
}
