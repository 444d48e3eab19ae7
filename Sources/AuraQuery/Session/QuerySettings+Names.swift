import AuraCore

/// The settings that SET knows.
enum SettingName: String, CaseIterable {
    case threads
    case rollups
    case memoryLimit = "memory_limit"
    case timeLimit = "time_limit"
    case timeZone = "timezone"

    /// What it is for, in a line.
    var purpose: String {
        switch self {
        case .threads: "threads that answer a query, at most"
        case .rollups: "on or off: whether counts are read from the index where it has them"
        case .memoryLimit: "bytes that a step of a query may hold, such as '512 MB'"
        case .timeLimit: "how long a query may take, such as '30 s', or 'none'"
        case .timeZone: "the zone of days and hours"
        }
    }
}

extension QuerySettings {
    /// Sets what SET of that name and value would.
    public mutating func set(_ name: String, to value: String) throws(QueryFailure) {
        do { try set(QuerySettings.setting(name, .none), to: value, .none) } catch {
            throw .text(error)
        }
    }

    /// The same, in the zone that a statement says.
    func inZone(of statement: QueryScript.Statement) throws(QueryFailure) -> QuerySettings {
        guard let zone = statement.zone else { return self }
        var settings = self
        do { try settings.set(.timeZone, to: zone.text, zone.place) } catch { throw .text(error) }
        return settings
    }

    mutating func set(_ name: Expression.Name, to value: Expression) throws(TextError) {
        let setting = try QuerySettings.setting(name.text, name.place)
        let text: String
        switch value.form {
        case .integer(let number): text = String(number)
        case .text(let written): text = written
        case .bool(let isOn): text = isOn ? "on" : "off"
        default:
            throw TextError(
                "this is no value of \(setting.rawValue)", at: value.place, hint: setting.purpose)
        }
        try set(setting, to: text, value.place)
    }

    private mutating func set(
        _ setting: SettingName, to text: String, _ place: Place
    ) throws(TextError) {
        switch setting {
        case .threads:
            guard let count = Int(text), (1...bounds.threads).contains(count) else {
                throw TextError("threads are from 1 to \(bounds.threads)", at: place)
            }
            threads = count
        case .rollups:
            guard ["on", "off"].contains(text.lowercased()) else {
                throw TextError("rollups are on or off", at: place)
            }
            usesRollups = text.lowercased() == "on"
        case .memoryLimit:
            let bytes = try QuerySettings.bytes(text, place)
            guard bytes <= bounds.memory else {
                throw TextError(
                    "memory_limit is at most \(bounds.memory >> 20) MiB here", at: place,
                    hint: "whoever runs the server can raise query.memory_limit")
            }
            memoryLimit = bytes
        case .timeLimit: timeLimit = try time(text, place)
        case .timeZone:
            guard let rules = zoneNamed(text) else {
                throw TextError(
                    "there is no time zone '\(text)'", at: place,
                    hint: "such as 'Europe/Berlin' or 'UTC'")
            }
            zone = rules
            zoneName = text
        }
    }

    mutating func reset(
        _ name: Expression.Name, to defaults: QuerySettings
    ) throws(TextError) {
        switch try QuerySettings.setting(name.text, name.place) {
        case .threads: threads = defaults.threads
        case .rollups: usesRollups = defaults.usesRollups
        case .memoryLimit: memoryLimit = defaults.memoryLimit
        case .timeLimit: timeLimit = defaults.timeLimit
        case .timeZone:
            zone = defaults.zone
            zoneName = defaults.zoneName
        }
    }

    /// What is set, as SHOW SETTINGS writes it and SET reads it.
    func text(of setting: SettingName) -> String {
        switch setting {
        case .threads: String(threads)
        case .rollups: usesRollups ? "on" : "off"
        case .memoryLimit: String(memoryLimit)
        case .timeLimit: timeLimit.map { QuerySettings.text(ofTime: $0) } ?? "none"
        case .timeZone: zoneName
        }
    }

    static func text(ofTime microseconds: Int64) -> String {
        Interval(microseconds: microseconds).description
    }

    private static func setting(
        _ name: String, _ place: Place
    ) throws(TextError) -> SettingName {
        if let setting = SettingName(rawValue: name.lowercased()) { return setting }
        let names = SettingName.allCases.map(\.rawValue)
        let near = nearest(to: name.lowercased(), among: names)
        throw TextError(
            "there is no setting '\(name)'", at: place,
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

    /// µs of an interval; nil for none.
    private func time(_ text: String, _ place: Place) throws(TextError) -> Int64? {
        var time: Int64?
        if text.lowercased() != "none" {
            guard let length = Interval(text: text)?.fixedMicroseconds, length > 0 else {
                throw TextError(
                    "'\(text)' is no length of time", at: place,
                    hint: "such as '500 ms', '30 s' or '2 minutes', or 'none'")
            }
            time = length
        }
        guard let bound = bounds.time, time ?? .max > bound else { return time }
        throw TextError(
            "time_limit is at most \(QuerySettings.text(ofTime: bound)) here", at: place,
            hint: "whoever runs the server can raise query.time_limit")
    }
}
