import AuraCore
import AuraTesting
import Testing

/// What is found in string values, and what is not.
@Suite struct ValueRuleTests {
    private let rules = PrivacyRules()

    @Test(arguments: [
        "anna@example.com", "a.b+c@mail.example.org", "Anna.Schmidt@KLINIK.DE", "x@y.co",
        "müller@müller.de", "用户@例子.公司", "a@b.c", "anna_s@sub.domain.example.museum",
        "please write to anna@example.com.", "<anna@example.com>", "mailto:anna@example.com",
        "Anna Schmidt (anna@example.com), room 3", "user=anna@example.com&x=1", "a'b@example.com",
        "https://anna@example.com/path", "anna@xn--mller-kva.de", "anna@example.xn--p1ai",
        "\"anna@example.com\"", "failed: anna@example.com\nretry", "@x anna@example.com",
        "anna%40example.com", "/reset?email=anna%40example.com&t=1", "anna%2540example.com",
    ])
    func `an e-mail address is found`(text: String) {
        #expect(rules.verdict(value: text) == .deny(.email))
        #expect(rules.verdict(value: text, in: .identifier) == .deny(.email))
        #expect(rules.verdict(value: "note: " + text) == .deny(.email))
    }

    @Test(arguments: [
        "@anna", "anna@", "@", "a@b", "root@localhost", "react@18.2.0", "lodash@4.17.21",
        "foo @ bar.com", "meet @ 5.30pm", "user@", "@types/node", "a@.com", "a@b..com", "x@1.2.3",
        "decorator @Input.", "cat@2x.5", "",
    ])
    func `an at sign alone is no e-mail address`(text: String) {
        #expect(rules.verdict(value: text) == .keep)
    }

    @Test(arguments: [
        // International.
        "+491701234567", "+49 170 1234567", "+49 (0)30 1234567", "+1-555-123-4567",
        "+1 (555) 123-4567", "+1.5551234567", "+44 20 7946 0958", "+86 138 0013 8000",
        "+1234567890", "+1987654321", "+4930123456", "tel:+49-30-1234567", "phone:+491701234567",
        "+49/170/1234567", "+49\u{A0}170\u{A0}1234567", "+49 170 1234567 2024-01-05",
        // A leading 0.
        "030 1234567", "0171-2345678", "0171/2345678", "0171 234 56 78", "030/123 456 78",
        "020 7946 0958", "01 23 45 67 89", "01.23.45.67.89", "06 12 05 10 12", "06.12.05.10.12",
        "03-1234-5678", "0412 345 678", "0049 170 1234567", "(030) 1234567", "(030) 12345678",
        "(02) 9876 5432", "0171 \u{2013} 2345678", "0171\u{2011}2345678",
        // North American, also after a trunk digit.
        "555-123-4567", "(555) 123-4567", "(555)123-4567", "555.123.4567", "555 123 4567",
        "555 123-4567", "1-555-123-4567", "1 (555) 123-4567", "8-916-123-4567",
        "555-123-4567x89", "555-123-4567 ext. 8", "(11) 91234-5678", "138 0013 8000",
        // In text.
        "call 555-123-4567 after 5", "Tel. 030 1234567, Mo-Fr", "Tel.030 1234567",
        "patient said: 0171-2345678.", "2024-01-15 10:00 callback 0171-2345678",
        "15.01.2024 030 1234567", "Rückruf unter 0171/2345678 erbeten", "x=555-123-4567;y=2",
        "/call/555-123-4567", "%2B491701234567", "to=030%201234567",
        "ring (555) 123-4567 or (555) 123-4568", "[030 1234567]", "n°030 1234567",
    ])
    func `a phone number is found, but not in an id`(text: String) {
        #expect(rules.verdict(value: text) == .deny(.phone))
        #expect(rules.verdict(value: "note: " + text) == .deny(.phone))
        #expect(rules.verdict(value: text, in: .identifier) == .keep)
    }

    @Test(arguments: [
        // Plain digits, ids, tokens.
        "29872499824296", "5551234567", "0171234567", "1234567890123456", "8", "00000000",
        "123e4567-e89b-12d3-a456-426614174000", "01234567-1234-1234-1234-123456789012",
        "sess-2024-001-123-4567", "sess_20240129_0815", "ABC-030-1234567", "task-42933",
        "case-10011", "ORD-555-123-4567", "INV2024-0001-2345", "555-123-4567-890",
        "v1.020.3456789", "B07-0301234567-X", "0301-234567-A", "8f14e45f-ceea-167a",
        // Times and dates.
        "2016-04-29", "2016/04/29 12:00", "2016-04-29T18:38:08Z", "29.04.2016", "04/29/2016",
        "01.02.2024 10:30", "01/02/24 10.30", "2011-12-06 13:41:31.788000+01:00",
        "2024-01-29T18:38:08.123456789Z", "18:38:08.123456789", "2014/10/22 11:15:41.000",
        "01.02.2024-15.02.2024", "2024-01-01/2024-02-01", "20240129-101530", "2024-W05-1",
        "2025-06-02T09:30:00+02:00", "08:00-17:30", "0800-1730", "08.00-12.00 13.00-17.00",
        "01.01.2024 - 31.01.2024", "UTC+01:00", "GMT+0100", "2016-04-29 10", "1461954000.123456",
        // Numbers.
        "0.123456789", "-0.127758", "3.14159265358979", "1e+20", "1.5E+300", "12,345,678",
        "1.234.567,89", "52.520008, 13.404954", "52.520008 13.404954", "120/80",
        "0-0-1-2-3-2-1-0-0",
        "0 1 2 1 3 0 2 1 0", "1-0-1-0", "100 200 300", "10 20 30 40", "5-10 mg", "99.98 %",
        "120.0.6099.109", "100-1000", "(2016) 12345678", "1 234 567",
        // Versions.
        "1.2.3.4-beta", "18.2.0", "10.0.19045.3803", "2024.01.15.1234", "v2.10.030.1234567",
        "5.15.0-1052-azure", "126.0.6478.127",
        // Codes.
        "F32.1", "M54.50", "Z79.899", "S72.001A", "O09.90", "99213-25", "44249-1", "2093-3",
        "0777-3105-02", "0002-3227-30", "50090-123-01", "00071-0155-23", "0-306-40615-2",
        "978-3-16-148410-0", "1.2.840.10008.1.2", "1.3.6.1.4.1.9590.100.1", "(KHTML, like Gecko)",
        "rs4988235", "NCT01234567", "DRG 470", "EU 1/23/456",
    ])
    func `a number that is none of a phone is kept`(text: String) {
        #expect(rules.verdict(value: text) == .keep)
    }

    @Test(arguments: [
        ("192.0.2.17", "192.0.2.0/24"), ("192.0.2.0/24", "192.0.2.0/24"),
        ("10.1.2.3/32", "10.1.2.0/24"), ("255.255.255.255", "255.255.255.0/24"),
        ("1.2.3.4", "1.2.3.0/24"), ("1.0.0.0", "1.0.0.0/24"), ("2001:db8::1", "2001:db8::/48"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"), ("2001:DB8:1::/48", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"), ("::1", "::/48"),
        ("::ffff:192.0.2.17", "192.0.2.0/24"), ("2001:db8:1::", "2001:db8:1::/48"),
    ])
    func `an address is cut to its network`(text: String, network: String) throws {
        let prefix = try #require(IPPrefix(truncating: network))
        #expect(rules.verdict(value: text) == .truncate(prefix))
        #expect(rules.verdict(value: text, in: .identifier) == .truncate(prefix))
        #expect(prefix.description == network)
    }

    @Test(arguments: [
        "192.0.2.17:8080", "http://192.0.2.17/", "client 192.0.2.17 refused",
        "192.0.2.17, 10.0.0.1",
        "192.0.2.17-192.0.2.30", "[192.0.2.17]", "from=192.0.2.17;", "at 192.0.2.17.",
        "ip-192.0.2.17", "anna@[192.0.2.1]", "192.000.002.017", " 192.0.2.17", "hosts/192.0.2.17",
        "/api/hosts/192.0.2.17", "curl/8.5.0 from 192.0.2.17", "[2001:db8::1]:443",
        "peer 2001:db8::1 left", "id:fe80::1 down", "https://[2001:db8::1]/", "fe80::1.",
        "2001:db8:1:2:3:4:5:6,2001:db8::2", "at 2001:db8::5: refused", "host=2001:db8::1:",
        "addr:2001:db8::1", "x-forwarded-for%3A%20192.0.2.17", "2001%3Adb8%3A%3A1 x",
        "::ffff:192.0.2.17 x",
    ])
    func `an address in a text is found`(text: String) {
        #expect(rules.verdict(value: text) == .deny(.address))
    }

    @Test(arguments: [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            + "Chrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; YaBrowser/24.1.0.86) Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
            + "Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Dalvik/2.1.0 (Linux; U; Android 13; SM-A536B Build/TP1A.220624.014)",
        "1.2.3.4-beta", "v1.2.3.4", "1.2.3.4.5", "1.2.3", "256.1.1.1", "1.2.3.999", "1..2.3.4",
        "network 192.0.2.0/24 is down", "2001:db8:1::/48 is down", "std::vector", "a::b",
        "dead:beef", "Abc::Def", "12:30:45", "00:1A:2B:3C:4D:5E", "2016:04:29 18:38:08",
        "urn:uuid:123e4567-e89b-12d3-a456-426614174000", "10:20:30:40", "::", "1:2:3:4:5:6:7",
        "Error: at line 10:20:30", "{a:b:c}", "cafe:babe", "http://example.com:8080/a:b:c",
    ])
    func `versions, times and networks are no addresses`(text: String) {
        #expect(rules.verdict(value: text) == .keep)
    }

    @Test func `a version may look like an address`() {
        for name in ["app_version", "version", "osVersion", "properties.build", "sdk.release"] {
            #expect(rules.context(of: name) == .version)
        }
        #expect(rules.verdict(value: "1.2.3.4", in: .version) == .keep)
        #expect(rules.verdict(value: "a@b.de", in: .version) == .deny(.email))
    }

    @Test(arguments: [
        #"{"email":"x"}"#, #"{"a":{"firstName":"Anna"}}"#, #"[{"phone":5551234567}]"#,
        #" {"properties.email": "x"}"#, #"{"e\u006dail":"x"}"#, #"{"patient name" : "x"}"#,
        #"{"name":"x"}"#, #"{"ip":3221226001}"#, #"["{\"email\":\"x\"}"]"#,
        #"{"address":["x"]}"#, "\n\t[1,{\"dob\":\"1980-01-01\"}", #"{"dob":20"#,
    ])
    func `a denied key in JSON is found`(text: String) {
        #expect(rules.verdict(value: text) == .deny(.key))
    }

    @Test(arguments: [
        (#"{"note":"call 555-123-4567"}"#, PrivacyRule.phone),
        (#"["anna@example.com"]"#, .email), (#"["anna\u0040example.com"]"#, .email),
        (#"["line\n030 1234567"]"#, .phone), (#"{"anna@example.com":1}"#, .email),
        (#"{"host":"192.0.2.17"}"#, .address), (#"{"ip":"192.0.2.17"}"#, .address),
        (#"{"x_id":["a"],"n":["030 1234567"]}"#, .phone),
        (#"[{"x_id":"a"},"030 1234567"]"#, .phone), ("[error] call 030 1234567", .phone),
        ("{oops anna@example.com", .email), (#"["unclosed anna@example.com"#, .email),
        (#"["{\"a\":\"anna@example.com\"}"]"#, .email), (#"{"a":"x\"y anna@example.com"}"#, .email),
        ("[2001:db8::1]", .address),
    ])
    func `a shape within JSON is found`(text: String, rule: PrivacyRule) {
        #expect(rules.verdict(value: text) == .deny(rule))
    }

    @Test(arguments: [
        #"["phone","email"]"#, #"{"has_email":true,"phone":null,"name":false}"#,
        #"{"external_id":"030 1234567"}"#, #"{"ids":["030 1234567","555-123-4567"]}"#,
        #"{"ip_prefix":"192.0.2.0/24"}"#, #"{"ip":"2001:db8:1::/48"}"#, #"{"version":"1.2.3.4"}"#,
        #"{"task_name":"x","at":"2016-04-29T18:38:08Z"}"#, "[]", "{}", "[1,2.5,-3e+20]",
        #"{"a":29872499824296,"b":0.123456789}"#, "[info] started", "{", "[", #"["\"#, #"{"a\"#,
        #"["\u"]"#, #"["\ud83d\ude00"]"#,
    ])
    func `harmless JSON is kept`(text: String) {
        #expect(rules.verdict(value: text) == .keep)
    }

    @Test func `what programs write by themselves is kept`() {
        for seed in UInt64(1)...UInt64(Effort.count(3_000)) {
            var random = SeededRandom(seed: seed)
            let text = machineText(&random)
            #expect(rules.verdict(value: text) == .keep, "seed \(seed)")
        }
    }

    /// An id, a time, a number, a version, a path, a code, or some of them with a mark between.
    private func machineText(_ random: inout SeededRandom) -> String {
        let number = random.next() >> UInt64(1 + random.below(63))
        let time = Timestamp(microseconds: Int64(random.below(4_000_000_000)) * 1_000_123)
        let uuid = UUIDBytes(high: random.next(), low: random.next()).description
        switch random.below(13) {
        case 0: return "\(number)"
        case 1: return time.description
        case 2: return time.description.replacing("T", with: " ").replacing("Z", with: "+02:00")
        case 3: return uuid
        case 4: return uuid.uppercased()
        case 5: return "\(Double(random.below(1_000_000_000)) / 10_000_000)"
        case 6: return "\(Double(bitPattern: random.next()))"
        case 7: return "\(random.below(30)).\(random.below(30)).\(random.below(900))-rc.\(number)"
        case 8: return "/api/v2/patients/\(number)/sessions/\(uuid)"
        case 9: return "\(random.element(of: ["sess", "ORD", "pat"]))-\(number)-\(uuid.prefix(8))"
        case 10:
            return
                "\(random.element(of: ["F", "M", "Z"]))\(10 + random.below(90)).\(random.below(99))"
        case 11: return "\(random.below(24)):\(10 + random.below(50)):\(10 + random.below(50))"
        default:
            let mark = random.element(of: [", ", "; ", " | ", "/", "=", "_"])
            return machineText(&random) + mark + machineText(&random)
        }
    }

    @Test func `long hostile texts take linear time`() {
        let pieces = [
            "%25", "%2525", "2001:", "1.", "+", "(", "0 ", "1.1.1.1.", "@", "a@", "[", "\"", "\\",
            "[\"", "{\"a\":", "a@a.", ":", "::", "01-", "\\u0040", "01.02.2024 ", "%",
        ]
        let clock = ContinuousClock()
        for piece in pieces {
            let text = String(repeating: piece, count: 200_000 / piece.utf8.count)
            let duration = clock.measure { _ = rules.verdict(value: text) }
            // Linear time is a fraction of a second even unoptimised, quadratic time many minutes.
            #expect(duration < .seconds(20), "'\(piece)' took \(duration)")
        }
    }
}
