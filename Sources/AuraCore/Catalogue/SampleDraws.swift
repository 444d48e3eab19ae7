extension RandomNumberGenerator {
    /// True that often.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    /// A whole number of the range.
    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// One of the values, each as often as its weight says.
    mutating func pick<Value>(_ weights: KeyValuePairs<Value, Int>) -> Value {
        var rest = whole(1...weights.reduce(0) { $0 + $1.value })
        for (value, weight) in weights.dropLast() {
            rest -= weight
            if rest <= 0 { return value }
        }
        return weights[weights.count - 1].key
    }

    /// The id of a thing of which there are many: an appointment, a message.
    mutating func entity() -> EntityID {
        EntityID(whole(100_000...9_999_999))
    }

    /// About `mean`, never below `least`: the mean of two draws of twice the spread.
    mutating func around(_ mean: Int, least: Int = 0) -> Int {
        max(least, (whole(0...mean * 2) + whole(0...mean * 2)) / 2)
    }

    /// An address of the networks that RFC 5737 and RFC 3849 set aside for examples.
    mutating func address() -> String {
        if chance(0.2) { return "2001:db8:\(String(whole(1...0xFFFF), radix: 16))::1" }
        return "\(pick(["192.0.2": 1, "198.51.100": 1, "203.0.113": 1])).\(whole(1...254))"
    }

    /// A browser or app as it names itself.
    mutating func userAgent() -> String {
        pick([
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                + "Chrome/126.0.0.0 Safari/537.36": 5,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                + "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": 4,
            "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0": 2,
            "AuraPatient/3.2.1 (Android 14)": 3,
        ])
    }
}

/// Who takes part in a sample: a patient of a clinic, and staff of the same clinic.
struct SampleCast {
    let patient: EntityID
    let provider: EntityID
    let clinic: EntityID
    /// The account of the patient.
    let patientUser: EntityID
    /// The account of somebody at the desk.
    let staffUser: EntityID

    init(using random: inout some RandomNumberGenerator) {
        let number = random.whole(1...400)
        let clinicNumber = number % 3 + 1
        patient = EntityID(number)
        clinic = EntityID(clinicNumber)
        provider = EntityID(clinicNumber * 100 + random.whole(1...8))
        patientUser = EntityID(10_000 + number)
        staffUser = EntityID(clinicNumber * 1_000 + random.whole(1...5))
    }
}
