import AuraCore

/// One appointment: all that is known of it beforehand and all that will become of it.
struct AppointmentPlan: Sendable {
    enum Outcome: Sendable {
        case fulfilled, missed, cancelled
    }

    let id: Int
    let clinic: Int
    let provider: Int
    let patient: Int
    /// Second of its day.
    let start: Int
    /// Day on which it was made, and second of that day.
    let madeOn: Int
    let madeAt: Int
    let kind: String
    let isVideo: Bool
    let outcome: Outcome
    /// How far ahead it is called off.
    let noticeHours: Double
    let delayMinutes: Double
    let durationMinutes: Double
    /// The score of an assessment that it ends with; nil if it does not.
    let score: Int?
    let instrument: String

    /// Most days between the making of an appointment and its day.
    static let horizon = 21

    /// The appointments of one day of a group, the same whenever asked.
    static func all(of group: ClinicGroup, day: Int) -> [AppointmentPlan] {
        guard ClinicGroup.weekday(ofDay: day) < 6 else { return [] }
        var random = SeededGenerator(seed: group.seed, day, Diary.Purpose.appointments.rawValue)
        var plans: [AppointmentPlan] = []
        for clinic in 1...group.clinics {
            for provider in 1...group.providersPerClinic {
                for slot in 0..<9 where random.chance(0.86) {
                    let seat = (clinic * group.providersPerClinic + provider) * 9 + slot
                    plans.append(
                        AppointmentPlan(
                            group, day: day, clinic: clinic, provider: clinic * 100 + provider,
                            slot: slot, id: day * 10_000 + seat, using: &random))
                }
            }
        }
        return plans
    }

    private init(
        _ group: ClinicGroup, day: Int, clinic: Int, provider: Int, slot: Int, id: Int,
        using random: inout SeededGenerator
    ) {
        self.id = id
        self.clinic = clinic
        self.provider = provider
        patient = clinic * 10_000 + random.whole(1...group.patientsPerClinic)
        start = (8 + slot + (slot > 3 ? 1 : 0)) * 3_600
        let lead = random.whole(1...AppointmentPlan.horizon)
        madeOn = day - lead
        madeAt = random.whole(8 * 3_600...18 * 3_600)
        kind = random.lean(["follow_up", "intake", "group"])
        isVideo = random.chance(0.3)
        let isSnow = ClinicAnomaly(day: day) == .snow
        // Long waits are forgotten; nobody misses a call because of snow.
        let missing = 0.06 + 0.004 * Double(lead) + (isSnow && !isVideo ? 0.35 : 0)
        let draw = Double.random(in: 0..<1, using: &random)
        outcome = draw < missing ? .missed : draw < missing + 0.09 ? .cancelled : .fulfilled
        noticeHours = random.about(20).rounded()
        delayMinutes = random.about(6).rounded()
        durationMinutes = random.about(50).rounded()
        instrument = random.chance(0.6) ? "phq9" : "gad7"
        // Scores sink while care goes on: fourteen weeks of it, over and over.
        let progress = Double((day + patient * 7) % 98) / 98
        let score = 18 - 11 * progress + Double.random(in: -3...3, using: &random)
        self.score = random.chance(0.25) ? Int(max(0, score)) : nil
    }
}

/// The appointments of the days around the one that is being written, of one group.
struct AppointmentBook: Sendable {
    private var days: [Int: [AppointmentPlan]] = [:]

    /// The appointments of a day, planned when it is asked for first.
    mutating func plans(of group: ClinicGroup, day: Int) -> [AppointmentPlan] {
        if let plans = days[day] { return plans }
        if days.count > 2 * AppointmentPlan.horizon { days.removeAll() }
        let plans = AppointmentPlan.all(of: group, day: day)
        days[day] = plans
        return plans
    }
}

extension Diary {
    /// Appointments made on this day, those of tomorrow reminded of, and those of today.
    mutating func enterAppointments(of book: inout AppointmentBook) {
        for ahead in 1...AppointmentPlan.horizon {
            for plan in book.plans(of: group, day: day + ahead) {
                if plan.madeOn == day { enterMaking(plan, on: day + ahead) }
                if ahead <= 2 { enterAdvance(plan, ahead: ahead) }
            }
        }
        for plan in book.plans(of: group, day: day) {
            enterAdvance(plan, ahead: 0)
            switch plan.outcome {
            case .fulfilled: enterVisit(plan)
            case .missed:
                enterStatus(plan, "noshow", from: "booked", at: Double(plan.start) + 1_800)
            case .cancelled: break
            }
        }
    }

    private func due(_ plan: AppointmentPlan, ahead: Int) -> Timestamp {
        instant(Double(ahead) * 86_400 + Double(plan.start))
    }

    private mutating func enterMaking(_ plan: AppointmentPlan, on due: Int) {
        let scheduled = self.due(plan, ahead: due - day)
        let desk = EntityID(plan.clinic * 1_000 + plan.id % 5)
        let made = Double(plan.madeAt)
        enter(
            AppointmentCreated(
                appointmentID: EntityID(plan.id), patientID: EntityID(plan.patient),
                providerID: EntityID(plan.provider), appointmentType: plan.kind,
                scheduledAt: scheduled, durationMinutes: 50, createdByUserID: desk,
                clinicID: EntityID(plan.clinic)), at: instant(made))
        guard plan.kind != "intake" else { return }
        enter(
            TherapySessionCreated(
                sessionID: EntityID(plan.id), therapistID: EntityID(plan.provider),
                patientID: EntityID(plan.patient), scheduledAt: scheduled,
                sessionType: plan.kind == "group" ? "group" : "individual",
                clinicID: EntityID(plan.clinic)), at: instant(made + 0.4))
    }

    /// A reminder a day before, and the calling off, whenever it comes.
    private mutating func enterAdvance(_ plan: AppointmentPlan, ahead: Int) {
        let scheduled = due(plan, ahead: ahead)
        if ahead == 1 {
            enter(
                NotificationSent(
                    notificationID: EntityID(plan.id), recipientID: EntityID(plan.patient),
                    notificationType: "appointment_reminder",
                    deliveryMethod: plan.id % 3 == 0 ? "email" : "sms",
                    relatedObjectType: "appointment", relatedObjectID: EntityID(plan.id),
                    success: plan.id % 61 != 0, clinicID: EntityID(plan.clinic)),
                at: instant(Double(plan.start) - Double(plan.id % 600)))
        }
        guard plan.outcome == .cancelled else { return }
        let second =
            Double(ahead) * 86_400 + Double(plan.start) - plan.noticeHours * 3_600
            + Double(plan.id % 1_000)
        enter(
            AppointmentCancelled(
                appointmentID: EntityID(plan.id), patientID: EntityID(plan.patient),
                providerID: EntityID(plan.provider), reason: plan.id % 2 == 0 ? "illness" : "other",
                cancelledBy: plan.id % 7 == 0 ? "clinic" : "patient",
                noticeHours: plan.noticeHours, scheduledAt: scheduled,
                clinicID: EntityID(plan.clinic)), at: instant(second))
        guard plan.kind != "intake" else { return }
        enter(
            TherapySessionCancelled(
                sessionID: EntityID(plan.id), therapistID: EntityID(plan.provider),
                patientID: EntityID(plan.patient),
                cancelledBy: plan.id % 7 == 0 ? "therapist" : "patient",
                noticeHours: plan.noticeHours, scheduledAt: scheduled,
                clinicID: EntityID(plan.clinic)), at: instant(second + 0.3))
    }

    private mutating func enterStatus(
        _ plan: AppointmentPlan, _ status: String, from old: String, at second: Double
    ) {
        enter(
            AppointmentStatusChanged(
                appointmentID: EntityID(plan.id), newStatus: status,
                patientID: EntityID(plan.patient), providerID: EntityID(plan.provider),
                oldStatus: old, scheduledAt: due(plan, ahead: 0),
                changedByUserID: EntityID(plan.clinic * 1_000 + plan.id % 5),
                clinicID: EntityID(plan.clinic)), at: instant(second))
    }

    private mutating func enterVisit(_ plan: AppointmentPlan) {
        let arrival = Double(plan.start) - 300 + Double(plan.id % 240)
        let start = Double(plan.start) + plan.delayMinutes * 60
        let end = start + plan.durationMinutes * 60
        enterStatus(plan, "arrived", from: "booked", at: arrival)
        enter(
            AppointmentCompleted(
                appointmentID: EntityID(plan.id), patientID: EntityID(plan.patient),
                providerID: EntityID(plan.provider), appointmentType: plan.kind,
                durationMinutes: plan.durationMinutes, scheduledAt: due(plan, ahead: 0),
                clinicID: EntityID(plan.clinic)), at: instant(end + 60))
        enterStatus(plan, "fulfilled", from: "arrived", at: end + 61)
        if plan.kind != "intake" { enterSession(plan, start: start, end: end) }
        if plan.isVideo { enterCall(plan, start: start, end: end) }
        if let score = plan.score { enterAssessment(plan, score: score, at: end + 120) }
    }

    private mutating func enterSession(_ plan: AppointmentPlan, start: Double, end: Double) {
        enter(
            TherapySessionStarted(
                sessionID: EntityID(plan.id), therapistID: EntityID(plan.provider),
                patientID: EntityID(plan.patient), actualStartTime: instant(start),
                scheduledStartTime: due(plan, ahead: 0), delayMinutes: plan.delayMinutes,
                clinicID: EntityID(plan.clinic)), at: instant(start))
        enter(
            TherapySessionCompleted(
                sessionID: EntityID(plan.id), therapistID: EntityID(plan.provider),
                patientID: EntityID(plan.patient), durationMinutes: plan.durationMinutes,
                hasNotes: plan.id % 9 != 0, hasSummary: plan.id % 4 == 0,
                clinicID: EntityID(plan.clinic)), at: instant(end))
    }

    private mutating func enterCall(_ plan: AppointmentPlan, start: Double, end: Double) {
        enter(
            VideoCallStarted(
                callID: EntityID(plan.id), initiatorID: EntityID(plan.provider),
                participantCount: plan.kind == "group" ? 6 : 2, callType: "therapy",
                therapySessionID: EntityID(plan.id), clinicID: EntityID(plan.clinic)),
            at: instant(start + 5))
        enter(
            VideoCallEnded(
                callID: EntityID(plan.id), durationMinutes: plan.durationMinutes,
                participantCount: plan.kind == "group" ? 6 : 2,
                endedByID: EntityID(plan.provider), qualityRating: Double(3 + plan.id % 3),
                clinicID: EntityID(plan.clinic)), at: instant(end - 5))
    }

    private mutating func enterAssessment(_ plan: AppointmentPlan, score: Int, at second: Double) {
        let level = score >= 15 ? "high" : score >= 10 ? "moderate" : "low"
        enter(
            AssessmentCompleted(
                assessmentID: EntityID(plan.id), patientID: EntityID(plan.patient),
                instrument: plan.instrument, score: Double(score), riskLevel: level,
                questionCount: plan.instrument == "phq9" ? 9 : 7,
                completionTimeMinutes: Double(3 + plan.id % 6), clinicID: EntityID(plan.clinic)),
            at: instant(second))
        enter(
            RiskPredictionGenerated(
                predictionID: EntityID(plan.id), patientID: EntityID(plan.patient),
                assessmentID: EntityID(plan.id), riskLevel: level,
                confidenceLevel: 0.7 + Double(plan.id % 25) / 100, clinicID: EntityID(plan.clinic)),
            at: instant(second + 2))
    }
}
