/// An account was made for somebody, by staff or by an import.
public struct UserCreated: EventRecord {
    /// The type `user.created`.
    public static let schema = EventSchema(
        "user.created", family: .user, "An account was made.",
        required: [.id("user_id", "The account.")],
        optional: [
            .text("role", "What the account may do: patient, therapist, admin."),
            .id("created_by_user_id", "Who made it."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// An account that was made.
    public init(
        userID: EntityID, role: String? = nil, createdByUserID: EntityID? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "user_id": userID, "role": role, "created_by_user_id": createdByUserID,
            "clinic_id": clinicID,
        ])
    }

    /// Mostly patients' accounts.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            userID: cast.patientUser,
            role: random.pick(["patient": 18, "therapist": 1, "admin": 1]),
            createdByUserID: cast.staffUser, clinicID: cast.clinic)
    }
}

/// Somebody signed in.
public struct UserLogin: EventRecord {
    /// The type `user.login`.
    public static let schema = EventSchema(
        "user.login", family: .user, "Somebody signed in.",
        required: [.id("user_id", "Who signed in.")],
        optional: [
            .ipPrefix,
            .text("user_agent", "Browser or app, as it names itself."),
            .text("login_method", "password, oauth, sso, passkey."),
            .flag("success", "Whether it worked."),
            .text("failure_reason", "Why it did not."),
            .id("session_id", "The session that it began."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A sign-in; of the address only the network is kept, and nothing if it is none.
    public init(
        userID: EntityID, ipAddress: String? = nil, userAgent: String? = nil,
        loginMethod: String? = nil, success: Bool? = nil, failureReason: String? = nil,
        sessionID: EntityID? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "user_id": userID, "ip_prefix": ipAddress.flatMap { IPPrefix(truncating: $0) },
            "user_agent": userAgent, "login_method": loginMethod, "success": success,
            "failure_reason": failureReason, "session_id": sessionID, "clinic_id": clinicID,
        ])
    }

    /// Four in a hundred fail.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        let success = !random.chance(0.04)
        return Self(
            userID: random.chance(0.8) ? cast.patientUser : cast.staffUser,
            ipAddress: random.address(), userAgent: random.userAgent(),
            loginMethod: random.pick(["password": 6, "oauth": 3, "sso": 1]), success: success,
            failureReason: success
                ? nil : random.pick(["invalid_password": 3, "account_locked": 1]),
            sessionID: success ? random.entity() : nil, clinicID: cast.clinic)
    }
}

/// Somebody's session ended.
public struct UserLogout: EventRecord {
    /// The type `user.logout`.
    public static let schema = EventSchema(
        "user.logout", family: .user, "Somebody's session ended.",
        required: [.id("user_id", "Whose session it was.")],
        optional: [
            .text("logout_type", "manual, timeout, forced."),
            .number("session_duration_minutes", "How long it lasted.", unit: "minutes"),
            .id("session_id", "The session."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A session that ended.
    public init(
        userID: EntityID, logoutType: String? = nil, sessionDurationMinutes: Double? = nil,
        sessionID: EntityID? = nil, clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "user_id": userID, "logout_type": logoutType,
            "session_duration_minutes": sessionDurationMinutes, "session_id": sessionID,
            "clinic_id": clinicID,
        ])
    }

    /// About twenty minutes.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            userID: random.chance(0.8) ? cast.patientUser : cast.staffUser,
            logoutType: random.pick(["manual": 5, "timeout": 4, "forced": 1]),
            sessionDurationMinutes: Double(random.around(20, least: 1)),
            sessionID: random.entity(), clinicID: cast.clinic)
    }
}

/// Somebody's profile was changed.
public struct UserProfileUpdated: EventRecord {
    /// The type `user.profile_updated`.
    public static let schema = EventSchema(
        "user.profile_updated", family: .user, "Somebody's profile was changed.",
        required: [.id("user_id", "Whose profile.")],
        optional: [
            .list("updated_fields", "Names of what was changed, never the values."),
            .text("role", "What the account may do."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A profile that was changed; fields by name, without their values.
    public init(
        userID: EntityID, updatedFields: [String]? = nil, role: String? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "user_id": userID, "updated_fields": updatedFields, "role": role,
            "clinic_id": clinicID,
        ])
    }

    /// One or two settings.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            userID: cast.patientUser,
            updatedFields: random.pick([
                ["time_zone"]: 2, ["notification_preferences"]: 4, ["phone", "email"]: 3,
            ]),
            role: "patient", clinicID: cast.clinic)
    }
}

/// Somebody was turned away at the door.
public struct AuthFailed: EventRecord {
    /// The type `auth.failed`.
    public static let schema = EventSchema(
        "auth.failed", family: .user, "An attempt to sign in was refused.",
        required: [.text("failure_reason", "Why it was refused.")],
        optional: [
            .id("user_id", "The account, where it exists."),
            .ipPrefix,
            .text("user_agent", "Browser or app, as it names itself."),
            .count("attempt_count", "Attempts in a row."),
            .text("login_method", "password, oauth, sso, passkey."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A refused attempt; of the address only the network is kept, and nothing if it is none.
    public init(
        failureReason: String, userID: EntityID? = nil, ipAddress: String? = nil,
        userAgent: String? = nil, attemptCount: Int? = nil, loginMethod: String? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "failure_reason": failureReason, "user_id": userID,
            "ip_prefix": ipAddress.flatMap { IPPrefix(truncating: $0) },
            "user_agent": userAgent, "attempt_count": attemptCount,
            "login_method": loginMethod, "clinic_id": clinicID,
        ])
    }

    /// Mostly a mistyped password.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            failureReason: random.pick([
                "invalid_password": 7, "unknown_account": 2, "account_locked": 1,
            ]),
            userID: random.chance(0.8) ? cast.patientUser : nil, ipAddress: random.address(),
            userAgent: random.userAgent(), attemptCount: random.whole(1...4),
            loginMethod: "password", clinicID: cast.clinic)
    }
}

/// Somebody made an account of their own.
public struct UserSignup: EventRecord {
    /// The type `user.signup`.
    public static let schema = EventSchema(
        "user.signup", family: .user, "Somebody made an account of their own.",
        required: [.id("user_id", "The account.")],
        optional: [
            .text("signup_method", "password, oauth, invitation."),
            .text("source", "Where they came from: web, app, referral."),
            .text("role", "What the account may do."),
            .ipPrefix,
            .text("user_agent", "Browser or app, as it names itself."),
            .clinic,
        ])
    /// What was given.
    public let attributes: [Attribute]

    /// A sign-up; of the address only the network is kept, and nothing if it is none.
    public init(
        userID: EntityID, signupMethod: String? = nil, source: String? = nil,
        role: String? = nil, ipAddress: String? = nil, userAgent: String? = nil,
        clinicID: EntityID? = nil
    ) {
        attributes = .present([
            "user_id": userID, "signup_method": signupMethod, "source": source, "role": role,
            "ip_prefix": ipAddress.flatMap { IPPrefix(truncating: $0) },
            "user_agent": userAgent, "clinic_id": clinicID,
        ])
    }

    /// Half of them invited.
    public static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        let cast = SampleCast(using: &random)
        return Self(
            userID: cast.patientUser,
            signupMethod: random.pick(["invitation": 5, "password": 3, "oauth": 2]),
            source: random.pick(["web": 5, "app": 3, "referral": 2]), role: "patient",
            ipAddress: random.address(), userAgent: random.userAgent(), clinicID: cast.clinic)
    }
}
