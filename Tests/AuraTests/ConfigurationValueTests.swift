import ArgumentParser
import AuraCore
import Testing

@testable import aura

@Suite struct ConfigurationValueTests {
    @Test func `sizes are read and written in the largest unit that fits`() {
        for (text, bytes, written) in [
            ("0", 0, "0"), ("1", 1, "1"), ("1023", 1_023, "1023"), ("1024", 1_024, "1KiB"),
            ("1KiB", 1_024, "1KiB"), ("1536KiB", 1_572_864, "1536KiB"),
            ("1024KiB", 1_048_576, "1MiB"), ("320MiB", 335_544_320, "320MiB"),
            ("1GiB", 1_073_741_824, "1GiB"), ("2TiB", 2_199_023_255_552, "2TiB"),
        ] {
            #expect(ByteSize(text)?.bytes == bytes)
            #expect(ByteSize(text)?.description == written)
        }
        for text in [
            "", "MiB", "1 MiB", "1MB", "1mib", "1.5GiB", "-1", "+1", "1e3", "0x10", "١",
            "8388608TiB", "9223372036854775808",
        ] {
            #expect(ByteSize(text) == nil, "\(text)")
        }
        #expect(ByteSize("9223372036854775807")?.bytes == .max)
    }

    @Test func `addresses are read and written`() {
        for (text, host, port) in [
            ("127.0.0.1:7171", "127.0.0.1", 7171), ("aura.example:0", "aura.example", 0),
            ("[::1]:65535", "::1", 65_535), ("a-b:1", "a-b", 1), ("3com:1", "3com", 1),
        ] {
            let address = ListenAddress(text)
            #expect(address == ListenAddress(host: host, port: port))
            #expect(address?.description == text)
        }
        for text in [
            "", ":", "a", "a:", ":7171", "a:65536", "a:-1", "a:x", "::1:7171", "[::1]", "[]:1",
            "[localhost]:1", "256.0.0.1:1", "1.2.3:1", "1.2.3.4.5:1", "a b:1", "-a:1", "a..b:1",
            "a.:1", "http://a:1", "é:1",
        ] {
            #expect(ListenAddress(text) == nil, "\(text)")
        }
    }

    @Test func `the nearest word is found, or none`() {
        let words = ["listen", "log_level", "data_dir"]
        #expect(nearest(to: "lsiten", among: words) == "listen")
        #expect(nearest(to: "LISTEN", among: words) == "listen")
        #expect(nearest(to: "loglevel", among: words) == "log_level")
        #expect(nearest(to: "dir", among: words) == nil)
        #expect(nearest(to: "", among: words) == nil)
        #expect(nearest(to: "listen", among: []) == nil)
        #expect(nearest(to: "cat", among: ["cut", "cot"]) == "cut")
    }

    @Test func `the seed's variables are kept as they stand and shown without secrets`() throws {
        let variables = [
            "ENVIRONMENT": "production", "GOOGLE_CLOUD_PROJECT": "your-project",
            "REDIS_URL": "redis://user:p@ss/w:rd@redis-server:6379/1?password=hush",
            "CELERY_BROKER_URL": "redis://redis-server:6379/0",
            "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/hush",
            "TWILIO_ACCOUNT_SID": "hush", "TWILIO_AUTH_TOKEN": "hush",
            "TWILIO_FROM_NUMBER": "+1234567890", "ANALYTICS_BACKEND": "production",
            "CELERY_ENABLE_ANALYTICS": "true", "EMAIL_HOST": "smtp.gmail.com",
            "EMAIL_PORT": "587", "EMAIL_HOST_PASSWORD": "hush", "EMAIL_WHATEVER": "hush",
            "ANALYTICS_ALERT_EMAILS": "hush@yourapp.com", "ANALYTICS_ALERT_SMS": "",
        ]
        let others = ["PATH": "/bin", "REDIS": "x", "MY_EMAIL_HOST": "x"]
        let (configuration, warnings) = try resolve(variables: variables.merging(others) { $1 })
        #expect(warnings == [])
        #expect(configuration.seed.values == variables.filter { !$0.value.isEmpty })
        let shown = configuration.seed.shown.map { "\($0.name)=\($0.value)" }
        #expect(
            shown == [
                "ANALYTICS_ALERT_EMAILS=***", "ANALYTICS_BACKEND=production",
                "CELERY_BROKER_URL=redis://redis-server:6379/0", "CELERY_ENABLE_ANALYTICS=true",
                "EMAIL_HOST=smtp.gmail.com", "EMAIL_HOST_PASSWORD=***", "EMAIL_PORT=587",
                "EMAIL_WHATEVER=***", "ENVIRONMENT=production",
                "GOOGLE_CLOUD_PROJECT=your-project", "REDIS_URL=redis://***@redis-server:6379/1",
                "SLACK_WEBHOOK_URL=***", "TWILIO_ACCOUNT_SID=***", "TWILIO_AUTH_TOKEN=***",
                "TWILIO_FROM_NUMBER=+1234567890",
            ])
    }

    @Test func `odd server addresses give nothing away`() {
        func shown(_ url: String) -> String? {
            SeedVariables(["REDIS_URL": url]).shown.first?.value
        }
        #expect(shown("secret@host:1") == "***")
        #expect(shown("redis://h:1/?password=secret") == "redis://h:1/")
        #expect(shown("redis://h:1/#secret") == "redis://h:1/")
        #expect(shown("redis://:a?b#c@h:1") == "redis://***@h:1")
    }

    @Test func `the command line's flags reach the settings`() throws {
        let arguments = ConfigurationKey.allCases.flatMap { [$0.flag, "value of \($0.rawValue)"] }
        let options = try ConfigurationOptions.parse(arguments)
        let expected = Dictionary(
            uniqueKeysWithValues: ConfigurationKey.allCases.map { ($0, "value of \($0.rawValue)") })
        #expect(options.flags == expected)
        #expect(try ConfigurationOptions.parse([]).flags == [:])
    }
}
