import AuraCore
import Testing

/// Which attribute names are denied.
@Suite struct NameRuleTests {
    private let rules = PrivacyRules()

    @Test(arguments: [
        "name", "first_name", "firstName", "FIRST-NAME", "First Name", "FirstName", "firstname",
        "patient_first_name", "patientLastName", "properties.email", "user.contact.Email",
        "userEMail", "e-mail", "E_MAIL", "email2", "email_1", "emails.0", "work_email",
        "phone", "homePhone", "phone_number", "PhoneNumber", "mobile", "fax", "address",
        "home_address", "address_line_1", "addressLine2", "billing.address", "street", "postcode",
        "zip_code", "zip", "ssn", "SSN", "social-security-number", "national_id", "nhsNumber",
        "mrn", "date_of_birth", "dateOfBirth", "dob", "DOB", "birthDate", "username", "user_name",
        "userName", "password", "new_password", "access_token", "accessToken", "client_secret",
        "api_key", "apiKey", "iban", "mac_address", "provider_name", "next_of_kin",
        // Parts of an object that describes a person.
        "patient.name.given", "name.0.family", "address.city", "homeAddress.line",
    ])
    func `a name that tells of a person is denied`(name: String) {
        #expect(rules.verdict(name: name) == .deny(.name))
    }

    @Test(arguments: [
        "task_name", "event_name", "microphone", "headphones", "smartphone_model", "email_count",
        "emailed", "phone_type", "delivery_method", "addressed", "unnamed", "rename_count",
        "street_view", "tokens", "token_count", "passwordless", "secretary_id", "user_agent",
        "user", "city", "country", "concept:name", "org:resource", "case:concept:name", "age",
        "birth_year", "zipped", "gzip", "spin", "pinned", "mailing_list_id", "nameless", "vip",
        "tool_tip", "prior_authorization", "zip_file_count", "", ".", "...", "_", "0", "名前",
        "éclair", "$id", "$residual",
        "properties.device", "lifecycle:transition", "Diagnose", "ip_prefix", "immobile",
    ])
    func `a name that only resembles one is kept`(name: String) {
        #expect(rules.verdict(name: name) == .keep)
    }

    @Test(arguments: [
        "ip", "ip_address", "ipAddress", "IPAddress", "client_ip", "remote_addr", "REMOTE_ADDR",
        "x-forwarded-for", "properties.ip", "last_login_ip", "ipv4", "IPv6",
    ])
    func `a name of an internet address is told apart`(name: String) {
        #expect(rules.verdict(name: name) == .address)
    }

    @Test(arguments: [
        ("anna@example.com", PrivacyRule.email), ("555-123-4567", .phone),
        ("calls.+491701234567", .phone), ("192.0.2.17", .address), ("2001:db8::1", .address),
    ])
    func `a name that is itself an address or number is denied`(name: String, rule: PrivacyRule) {
        #expect(rules.verdict(name: name) == .deny(rule))
    }

    @Test func `a policy widens and narrows the list`() {
        var policy = PrivacyPolicy()
        policy.deniedNames.insert("Ward")
        policy.deniedEndings.insert("vorName")
        policy.deniedObjects.insert("next-of-kin")
        policy.allowedNames = ["provider_name", "properties.token"]
        let rules = PrivacyRules(policy)
        #expect(rules.verdict(name: "properties.ward") == .deny(.name))
        #expect(rules.verdict(name: "old_ward") == .keep)
        #expect(rules.verdict(name: "patient_vor_name") == .deny(.name))
        #expect(rules.verdict(name: "nextOfKin.relation") == .deny(.name))
        #expect(rules.verdict(name: "provider_name") == .keep)
        #expect(rules.verdict(name: "providerName") == .deny(.name))
        #expect(rules.verdict(name: "properties.token") == .keep)
        #expect(rules.verdict(name: "token") == .deny(.name))
        // The values of an allowed name are checked all the same.
        let event = Event(
            type: "a", time: Timestamp(seconds: 0),
            attributes: [Attribute("provider_name", .string("anna@example.com"))])
        #expect(rules.sanitize(event).event?.attributes == [])
    }

    @Test func `a policy may deny what the catalogue uses`() {
        var policy = PrivacyPolicy()
        policy.deniedEndings.insert("user_agent")
        #expect(PrivacyRules(policy).verdict(name: "user_agent") == .deny(.name))
    }

    @Test func `ids are known by their name or by their schema`() {
        for name in ["patient_id", "sessionId", "ids", "request.uuid", "ID", "external_id_2"] {
            #expect(rules.context(of: name) == .identifier, "\(name)")
        }
        for name in ["idea", "paid", "valid", "identity", "video", "note"] {
            #expect(rules.context(of: name) == [], "\(name)")
        }
        let other = PrivacyRules(identifiers: ["case:number"])
        #expect(other.context(of: "case:number") == .identifier)
        #expect(rules.context(of: "case:number") == [])
    }
}
