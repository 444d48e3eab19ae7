import AuraCore

/// An invented group of clinics whose days are a pure function of a seed: the demonstration's
/// history and its present.
///
/// Appointments are made days ahead, reminded of, kept, missed or called off, and lead to sessions,
/// calls and assessments under the same ids; people log in, write and chat by the hour of the day
/// and the day of the week; machines fail a little all the time, and each week something goes
/// wrong (`ClinicAnomaly`). Clocks stand on UTC.
struct ClinicGroup: Sendable {
    let seed: UInt64
    var clinics = 8
    var providersPerClinic = 12
    var patientsPerClinic = 900

    /// µs of a day.
    static let day: Int64 = 86_400_000_000

    /// Everything that happens on a day, in order of time, no two events at the same instant.
    ///
    /// - Parameters:
    ///   - number: Days since 1970-01-01.
    ///   - book: Remembers appointments from day to day, which saves time and changes nothing.
    func events(ofDay number: Int, _ book: inout AppointmentBook) -> [Event] {
        var diary = Diary(group: self, day: number)
        diary.enterAppointments(of: &book)
        diary.enterTraffic()
        diary.enterPatients()
        diary.enterSystems()
        return diary.sorted()
    }

    /// Monday is 1, Sunday 7.
    static func weekday(ofDay number: Int) -> Int {
        (number + 3) % 7 + 1
    }
}

/// One day of a clinic group as it fills.
struct Diary {
    let group: ClinicGroup
    /// Days since 1970-01-01.
    let day: Int
    let anomaly: ClinicAnomaly
    private(set) var events: [Event] = []

    init(group: ClinicGroup, day: Int) {
        self.group = group
        self.day = day
        anomaly = ClinicAnomaly(day: day)
    }

    var weekday: Int { ClinicGroup.weekday(ofDay: day) }
    var isWeekend: Bool { weekday > 5 }

    /// Random numbers for one purpose on this day.
    func generator(_ purpose: Purpose, _ part: Int = 0) -> SeededGenerator {
        SeededGenerator(seed: group.seed, day, purpose.rawValue, part)
    }

    /// What random numbers are for, so that one part of a day does not depend on another.
    enum Purpose: Int {
        case appointments, traffic, patients, systems
    }

    /// The instant that many seconds into the day.
    func instant(_ second: Double) -> Timestamp {
        Timestamp(microseconds: Int64(day) * ClinicGroup.day + Int64(second * 1_000_000))
    }

    /// Enters an event, unless it falls on another day.
    mutating func enter(_ record: some EventRecord, at time: Timestamp) {
        guard time.microseconds.flooredQuotient(ClinicGroup.day) == Int64(day) else { return }
        events.append(record.event(at: time))
    }

    /// The events in order of time, each instant used once.
    func sorted() -> [Event] {
        var sorted = events.sorted { $0.time < $1.time }
        for index in sorted.indices.dropFirst() where sorted[index].time <= sorted[index - 1].time {
            sorted[index].time = Timestamp(microseconds: sorted[index - 1].time.microseconds + 1)
        }
        return sorted
    }
}

/// What goes wrong in a week: one thing, on one day of it.
enum ClinicAnomaly: Sendable {
    case none
    /// The application fails on a Wednesday from 10:00 to 11:30, and nobody can log in.
    case outage
    /// Somebody tries passwords on a Sunday from 03:10 to 03:35.
    case passwordGuessing
    /// Snow on a Tuesday: many do not come.
    case snow
    /// The chatbot is silent all Thursday.
    case silentChatbot

    init(day: Int) {
        // Weeks begin on Monday, 1970-01-05.
        let week = (day - 4).quotientAndRemainder(dividingBy: 7)
        switch (week.quotient % 4, week.remainder) {
        case (0, 2): self = .outage
        case (1, 6): self = .passwordGuessing
        case (2, 1): self = .snow
        case (3, 3): self = .silentChatbot
        default: self = .none
        }
    }

    /// Whether the application is down at a second of the day.
    func isOutage(at second: Double) -> Bool {
        self == .outage && second >= 36_000 && second < 41_400
    }
}
