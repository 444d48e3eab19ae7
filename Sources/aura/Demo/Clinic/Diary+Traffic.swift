import AuraCore

extension Diary {
    /// Visits to the application in each hour of the day, as parts of a day's.
    private static let hours: [Double] = [
        0.6, 0.4, 0.3, 0.3, 0.4, 0.9, 2.2, 4.6, 7.4, 7.0, 6.2, 5.8, 5.4, 5.6, 5.9, 6.0, 5.6, 5.4,
        6.2, 7.4, 7.6, 5.6, 2.4, 1.0,
    ]

    /// People at the application: logging in, chatting, writing.
    mutating func enterTraffic() {
        let perDay = Double(group.clinics * group.patientsPerClinic) * (isWeekend ? 0.35 : 0.8)
        for hour in 0..<24 {
            var random = generator(.traffic, hour)
            let mean = perDay * Diary.hours[hour] / 100.2
            for visit in 0..<random.occurrences(mean) {
                let second = Double(hour) * 3_600 + Double.random(in: 0..<3_600, using: &random)
                enterVisitor(at: second, number: hour * 10_000 + visit, &random)
            }
        }
        if anomaly == .passwordGuessing { enterGuessing() }
    }

    private mutating func enterVisitor(
        at second: Double, number: Int, _ random: inout SeededGenerator
    ) {
        let clinic = random.whole(1...group.clinics)
        let isStaff = random.chance(0.2)
        let user =
            isStaff
            ? clinic * 1_000 + random.whole(0...4)
            : clinic * 10_000 + random.whole(1...group.patientsPerClinic)
        let session = EntityID(day * 1_000_000 + number)
        let address = "203.0.113.\(user % 250)"
        guard !anomaly.isOutage(at: second), !random.chance(0.03) else {
            enter(
                AuthFailed(
                    failureReason: anomaly.isOutage(at: second) ? "unavailable" : "bad_password",
                    userID: EntityID(user), ipAddress: address,
                    attemptCount: random.whole(1...3), loginMethod: "password",
                    clinicID: EntityID(clinic)), at: instant(second))
            return
        }
        enter(
            UserLogin(
                userID: EntityID(user), ipAddress: address,
                loginMethod: isStaff ? "sso" : random.lean(["password", "passkey"]),
                success: true, sessionID: session, clinicID: EntityID(clinic)),
            at: instant(second))
        let minutes = random.about(isStaff ? 90 : 9)
        if random.chance(0.45) {
            enter(
                UserLogout(
                    userID: EntityID(user), logoutType: random.lean(["manual", "timeout"]),
                    sessionDurationMinutes: minutes.rounded(), sessionID: session,
                    clinicID: EntityID(clinic)), at: instant(second + minutes * 60))
        }
        if !isStaff, anomaly != .silentChatbot, random.chance(0.3) {
            enter(
                ChatbotInteraction(
                    patientID: EntityID(user), interactionID: session,
                    messageCount: random.whole(2...18),
                    sessionDurationSeconds: random.about(160).rounded(),
                    satisfactionScore: random.chance(0.4) ? Double(random.whole(2...5)) : nil,
                    clinicID: EntityID(clinic)), at: instant(second + 40))
        }
        if random.chance(0.4) {
            enterMessage(
                from: user, clinic: clinic, isStaff: isStaff, at: second + 75,
                number: number, &random)
        }
        if random.chance(0.01) {
            enter(
                UserProfileUpdated(
                    userID: EntityID(user),
                    updatedFields: [random.lean(["language", "notifications"])],
                    role: isStaff ? "staff" : "patient", clinicID: EntityID(clinic)),
                at: instant(second + 50))
        }
    }

    private mutating func enterMessage(
        from user: Int, clinic: Int, isStaff: Bool, at second: Double, number: Int,
        _ random: inout SeededGenerator
    ) {
        let message = EntityID(day * 1_000_000 + number)
        let isNew = random.chance(0.2)
        let thread = isNew ? message : EntityID(user * 10 + random.whole(0...3))
        if isNew {
            enter(
                ThreadCreated(
                    threadID: thread, createdByID: EntityID(user), threadType: "direct",
                    participantCount: 2, clinicID: EntityID(clinic)), at: instant(second - 1))
        }
        let hasAttachment = random.chance(0.12)
        enter(
            MessageSent(
                messageID: message, threadID: thread, senderID: EntityID(user),
                senderType: isStaff ? "staff" : "patient", recipientCount: 1,
                messageLength: Int(random.about(180)), hasAttachments: hasAttachment,
                threadType: "direct", clinicID: EntityID(clinic)), at: instant(second))
        if hasAttachment {
            enter(
                AttachmentUploaded(
                    attachmentID: message, uploaderID: EntityID(user),
                    fileSizeBytes: Int(random.about(400_000)),
                    fileType: random.lean(["image/jpeg", "application/pdf"]), threadID: thread,
                    messageID: message, clinicID: EntityID(clinic)), at: instant(second - 0.5))
        }
    }

    /// Twenty-five minutes of passwords being tried, one every two seconds.
    private mutating func enterGuessing() {
        var random = generator(.traffic, 24)
        for attempt in 0..<750 {
            let second = 11_400 + Double(attempt) * 2 + Double.random(in: 0..<1, using: &random)
            enter(
                AuthFailed(
                    failureReason: "bad_password",
                    userID: EntityID(10_000 + random.whole(1...group.patientsPerClinic)),
                    ipAddress: "198.51.100.\(random.whole(1...9))", attemptCount: attempt + 1,
                    loginMethod: "password", clinicID: 1), at: instant(second))
        }
    }
}
