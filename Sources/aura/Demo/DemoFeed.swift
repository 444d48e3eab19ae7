import AuraCore

/// The events of a clinic group one after another, from some instant on.
struct DemoFeed {
    private let group: ClinicGroup
    private var book = AppointmentBook()
    private var day: Int
    private var events: ArraySlice<Event>

    /// A feed of what happens after that instant.
    init(_ group: ClinicGroup, after time: Timestamp) {
        self.group = group
        day = Int(time.microseconds.flooredQuotient(ClinicGroup.day))
        let all = group.events(ofDay: day, &book)
        events = all[(all.firstIndex { $0.time > time } ?? all.endIndex)...]
    }

    /// What has happened since the last call, up to that instant inclusive.
    mutating func next(until time: Timestamp) -> [Event] {
        var happened: [Event] = []
        while true {
            let end = events.firstIndex { $0.time > time } ?? events.endIndex
            happened += events[..<end]
            events = events[end...]
            guard events.isEmpty, firstInstant(after: day) <= time else { return happened }
            day += 1
            events = group.events(ofDay: day, &book)[...]
        }
    }

    /// The first instant of the next day.
    private func firstInstant(after day: Int) -> Timestamp {
        Timestamp(microseconds: Int64(day + 1) * ClinicGroup.day)
    }
}
