/// Somebody sent a message.
public struct MessageSent: EventRecord {
    /// The type `message.sent`.
    public static let schema = EventSchema(
        "message.sent", family: .communication, "Somebody sent a message.",
        required: [
            .id("message_id", "The message."),
            .id("thread_id", "The conversation."),
            .id("sender_id", "Who wrote it."),
        ],
        optional: [
            .text("sender_type", "patient, therapist, admin."),
            .count("recipient_count", "How many received it."),
            .count("message_length", "How long it is.", unit: "characters"),
            .flag("has_attachments", "Whether files came with it."),
            .text("thread_type", "direct, group, session."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A message: its length, never its text.
    public init(
        messageID: EntityID, threadID: EntityID, senderID: EntityID, senderType: String? = nil,
        recipientCount: Int? = nil, messageLength: Int? = nil, hasAttachments: Bool? = nil,
        threadType: String? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "message_id": messageID, "thread_id": threadID, "sender_id": senderID,
            "sender_type": senderType, "recipient_count": recipientCount,
            "message_length": messageLength, "has_attachments": hasAttachments,
            "thread_type": threadType, "clinic_id": clinicID,
        ])
    }

    /// Patients write a little more often than therapists.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let isPatient = random.chance(0.55)
        return Self(
            messageID: random.entity(), threadID: random.entity(),
            senderID: isPatient ? cast.patientUser : cast.staffUser,
            senderType: isPatient ? "patient" : "therapist", recipientCount: 1,
            messageLength: random.around(140, least: 1), hasAttachments: random.chance(0.08),
            threadType: random.pick(["direct": 8, "group": 1, "session": 1]),
            clinicID: cast.clinic)
    }
}

/// A conversation was begun.
public struct ThreadCreated: EventRecord {
    /// The type `thread.created`.
    public static let schema = EventSchema(
        "thread.created", family: .communication, "A conversation was begun.",
        required: [
            .id("thread_id", "The conversation."),
            .id("created_by_id", "Who began it."),
        ],
        optional: [
            .text("thread_type", "direct, group, session."),
            .count("participant_count", "How many take part."),
            .id("therapy_session_id", "The session it belongs to."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A conversation that was begun.
    public init(
        threadID: EntityID, createdByID: EntityID, threadType: String? = nil,
        participantCount: Int? = nil, therapySessionID: EntityID? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "thread_id": threadID, "created_by_id": createdByID, "thread_type": threadType,
            "participant_count": participantCount, "therapy_session_id": therapySessionID,
            "clinic_id": clinicID,
        ])
    }

    /// Mostly of two.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let isGroup = random.chance(0.1)
        return Self(
            threadID: random.entity(), createdByID: cast.patientUser,
            threadType: isGroup ? "group" : "direct",
            participantCount: isGroup ? random.whole(3...9) : 2,
            therapySessionID: random.chance(0.3) ? random.entity() : nil, clinicID: cast.clinic)
    }
}

/// A video call began.
public struct VideoCallStarted: EventRecord {
    /// The type `video_call.started`.
    public static let schema = EventSchema(
        "video_call.started", family: .communication, "A video call began.",
        required: [.id("call_id", "The call.")],
        optional: [
            .id("initiator_id", "Who called."),
            .count("participant_count", "How many take part."),
            .text("call_type", "therapy, consultation, group."),
            .id("therapy_session_id", "The session it belongs to."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A call that began.
    public init(
        callID: EntityID, initiatorID: EntityID? = nil, participantCount: Int? = nil,
        callType: String? = nil, therapySessionID: EntityID? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "call_id": callID, "initiator_id": initiatorID,
            "participant_count": participantCount, "call_type": callType,
            "therapy_session_id": therapySessionID, "clinic_id": clinicID,
        ])
    }

    /// Mostly therapy.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            callID: random.entity(), initiatorID: cast.staffUser, participantCount: 2,
            callType: random.pick(["therapy": 8, "consultation": 2]),
            therapySessionID: random.chance(0.8) ? random.entity() : nil, clinicID: cast.clinic)
    }
}

/// A video call ended.
public struct VideoCallEnded: EventRecord {
    /// The type `video_call.ended`.
    public static let schema = EventSchema(
        "video_call.ended", family: .communication, "A video call ended.",
        required: [.id("call_id", "The call.")],
        optional: [
            .number("duration_minutes", "How long it lasted.", unit: "minutes"),
            .count("participant_count", "How many took part."),
            .id("ended_by_id", "Who hung up."),
            .number("quality_rating", "How it was rated, 1 to 5.", unit: "points"),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A call that ended.
    public init(
        callID: EntityID, durationMinutes: Double? = nil, participantCount: Int? = nil,
        endedByID: EntityID? = nil, qualityRating: Double? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "call_id": callID, "duration_minutes": durationMinutes,
            "participant_count": participantCount, "ended_by_id": endedByID,
            "quality_rating": qualityRating, "clinic_id": clinicID,
        ])
    }

    /// Three quarters of an hour, rated by half.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            callID: random.entity(),
            durationMinutes: random.chance(0.06)
                ? Double(random.whole(1...4)) : Double(random.whole(25...60)),
            participantCount: 2, endedByID: cast.staffUser,
            qualityRating: random.chance(0.5)
                ? random.pick([5.0: 5, 4: 4, 3: 2, 2: 1, 1: 1]) : nil,
            clinicID: cast.clinic)
    }
}

/// A file was uploaded.
public struct AttachmentUploaded: EventRecord {
    /// The type `attachment.uploaded`.
    public static let schema = EventSchema(
        "attachment.uploaded", family: .communication, "A file was uploaded.",
        required: [.id("attachment_id", "The file.")],
        optional: [
            .id("uploader_id", "Who uploaded it."),
            .count("file_size_bytes", "How large it is.", unit: "bytes"),
            .text("file_type", "pdf, png, …"),
            .id("thread_id", "The conversation it belongs to."),
            .id("message_id", "The message it came with."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An uploaded file: its kind and size, never its name.
    public init(
        attachmentID: EntityID, uploaderID: EntityID? = nil, fileSizeBytes: Int? = nil,
        fileType: String? = nil, threadID: EntityID? = nil, messageID: EntityID? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "attachment_id": attachmentID, "uploader_id": uploaderID,
            "file_size_bytes": fileSizeBytes, "file_type": fileType, "thread_id": threadID,
            "message_id": messageID, "clinic_id": clinicID,
        ])
    }

    /// Documents and pictures of a few hundred kilobytes.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            attachmentID: random.entity(), uploaderID: cast.patientUser,
            fileSizeBytes: random.around(400_000, least: 200),
            fileType: random.pick(["pdf": 5, "jpg": 4, "png": 2, "docx": 1]),
            threadID: random.entity(), messageID: random.entity(), clinicID: cast.clinic)
    }
}

/// Somebody was notified.
public struct NotificationSent: EventRecord {
    /// The type `notification.sent`.
    public static let schema = EventSchema(
        "notification.sent", family: .communication, "Somebody was notified.",
        required: [.id("notification_id", "The notification.")],
        optional: [
            .id("recipient_id", "Who was notified."),
            .text("notification_type", "reminder, message, result, …"),
            .text("delivery_method", "email, sms, push, in_app."),
            .text("related_object_type", "What it is about: appointment, message, …"),
            .id("related_object_id", "Which of them."),
            .flag("success", "Whether it was delivered."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A notification: to whom and how, never its text.
    public init(
        notificationID: EntityID, recipientID: EntityID? = nil,
        notificationType: String? = nil, deliveryMethod: String? = nil,
        relatedObjectType: String? = nil, relatedObjectID: EntityID? = nil,
        success: Bool? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "notification_id": notificationID, "recipient_id": recipientID,
            "notification_type": notificationType, "delivery_method": deliveryMethod,
            "related_object_type": relatedObjectType, "related_object_id": relatedObjectID,
            "success": success, "clinic_id": clinicID,
        ])
    }

    /// Mostly reminders; three in a hundred fail.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let isReminder = random.chance(0.6)
        return Self(
            notificationID: random.entity(), recipientID: cast.patientUser,
            notificationType: isReminder ? "reminder" : "message",
            deliveryMethod: random.pick(["email": 4, "sms": 2, "push": 3, "in_app": 2]),
            relatedObjectType: isReminder ? "appointment" : "message",
            relatedObjectID: random.entity(), success: !random.chance(0.03),
            clinicID: cast.clinic)
    }
}
