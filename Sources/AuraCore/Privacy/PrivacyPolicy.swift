/// What a deployment forbids to be stored, and what becomes of events that hold it.
///
/// The rules are those of `Formats/privacy.md`; a policy widens or narrows the list of names and
/// chooses between mending and refusing. The shapes of values are not negotiable.
public struct PrivacyPolicy: Hashable, Sendable {
    /// What becomes of an event that breaks a rule.
    public enum Action: String, CaseIterable, Sendable {
        /// The offending attributes are left out, the event is kept.
        case strip
        /// The event is refused.
        case refuse
    }

    /// What becomes of an encoded batch that holds an event that breaks a rule.
    public enum BatchAction: String, CaseIterable, Sendable {
        /// The batch is encoded anew from its events, each treated as `action` says.
        case rewrite
        /// The batch is refused as a whole.
        case refuse
    }

    /// What becomes of an event that breaks a rule.
    public var action = Action.strip
    /// What becomes of an encoded batch that breaks one.
    public var batchAction = BatchAction.rewrite
    /// Names that are denied as the last component of an attribute's name: `name`, `mobile`.
    ///
    /// Case and separators do not count, neither here nor in `deniedEndings`.
    public var deniedNames = PrivacyPolicy.defaultNames
    /// Names that are denied as the last words of the last component: `email` denies
    /// `patient_email` and `properties.workEmail`, but not `email_count`.
    public var deniedEndings = PrivacyPolicy.defaultEndings
    /// Names that are denied as any component of a dotted name: `name` denies `name.given`.
    public var deniedObjects = PrivacyPolicy.defaultObjects
    /// Attributes that are let through by their exact and full name although the lists deny it.
    ///
    /// Their values are checked all the same.
    public var allowedNames: Set<String> = []

    /// The policy that applies unless a deployment says otherwise.
    public init() {}
}

extension PrivacyPolicy {
    /// Denied as a whole only: harmless names end in them too, `task_name` for one.
    public static let defaultNames: Set<String> = [
        "name", "names", "initials", "mobile", "tel", "mail", "pin", "zip", "authorization",
        "cookie", "credential", "credentials",
    ]

    /// Denied as a whole and as an ending: the identifiers that HIPAA's safe harbour
    /// (45 CFR 164.514(b)(2)) names and an attribute's name can tell, and credentials.
    public static let defaultEndings: Set<String> = [
        // Names of people.
        "first_name", "last_name", "middle_name", "full_name", "given_name", "family_name",
        "maiden_name", "birth_name", "legal_name", "preferred_name", "display_name", "nick_name",
        "surname", "forename", "user_name", "login_name", "screen_name", "real_name",
        "patient_name", "client_name", "person_name", "contact_name", "customer_name",
        "member_name", "subscriber_name", "guardian_name", "parent_name", "mother_name",
        "father_name", "spouse_name", "partner_name", "caregiver_name", "relative_name",
        "next_of_kin", "doctor_name", "physician_name", "provider_name", "therapist_name",
        "clinician_name", "practitioner_name", "nurse_name", "staff_name", "employee_name",
        "sender_name", "recipient_name", "author_name", "owner_name", "emergency_contact",
        // Ways to reach them.
        "email", "emails", "e_mail", "e_mails", "phone", "phones", "telephone", "phone_number",
        "phone_numbers", "phone_no", "telephone_number", "mobile_number", "cell_number", "fax",
        "fax_number", "address", "addresses", "address_line", "street", "street_name",
        "house_number", "postcode", "post_code", "postal_code", "zip_code",
        // Numbers that stand for them.
        "ssn", "social_security", "social_security_number", "social_security_no", "national_id",
        "national_insurance_number", "nhs_number", "mrn", "medical_record_number",
        "insurance_number", "health_plan_number", "beneficiary_number", "passport",
        "passport_number", "driver_license", "drivers_license", "driving_licence",
        "license_number", "licence_number", "license_plate", "tax_id", "tax_number",
        "account_number", "iban", "credit_card", "card_number", "cvv", "cvc",
        // Birth.
        "date_of_birth", "dob", "birth_date", "birthday", "birth_day",
        // Credentials.
        "password", "passwd", "passphrase", "pwd", "secret", "token", "api_key", "private_key",
        "access_key",
    ]

    /// Denied wherever they stand in a dotted name: objects whose parts describe a person.
    public static let defaultObjects: Set<String> = [
        "name", "full_name", "patient_name", "address", "home_address", "telecom",
        "emergency_contact",
    ]

    /// Names of internet addresses: text under them is cut to the network; a number, which could
    /// be an address in disguise, is denied.
    static let addressNames: Set<String> = [
        "ip", "ip_address", "ip_addr", "ipv4", "ipv6", "remote_addr",
        "remote_address", "remote_host", "peer_address", "client_address", "source_address",
        "forwarded_for",
    ]

    /// Last words of names that hold ids.
    static let identifierWords: Set<String> = ["id", "ids", "uuid", "guid"]

    /// Last words of names whose dotted numbers are versions, not addresses.
    static let versionWords: Set<String> = ["version", "versions", "build", "release"]
}
