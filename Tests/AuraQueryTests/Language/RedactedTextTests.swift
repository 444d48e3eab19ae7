import Testing

@testable import AuraQuery

/// Texts of queries without whom they are about.
@Suite struct RedactedTextTests {
    @Test(arguments: [
        ("SELECT count(*) FROM events;", "SELECT count(*) FROM events;"),
        ("WHERE patient_id = 4711 AND x = 47110815", "WHERE patient_id = 4711 AND x = '…'"),
        ("WHERE id = 'p-93c1' OR type = 'api.error'", "WHERE id = '…' OR type = 'api.error'"),
        ("WHERE s = 'ok' AND t = E'it\\'s her'", "WHERE s = 'ok' AND t = '…'"),
        ("$$Maria Huber$$ , \"Maria Huber\", \"blood type\"", "'…' , \"…\", \"blood type\""),
        (
            "time > now() - INTERVAL '14 days' AND day < DATE '2026-03-02'",
            "time > now() - INTERVAL '14 days' AND day < DATE '2026-03-02'"
        ),
        ("SELECT 1 -- for Maria\n, 2 /* Huber */, 0.95", "SELECT 1 , 2 , 0.95"),
        ("SELECT 12345.678, 1e30, $patient, ?", "SELECT '…', 1e30, $patient, ?"),
        ("SELECT 'Maria\n", "SELECT …"), ("SELECT 12abc 'x'", "SELECT …"), ("", ""),
        ("SELECT\n  'größer'\n", "SELECT\n  '…'\n"),
    ]) func `texts and long numbers are left out`(text: String, redacted: String) {
        #expect(RedactedText.text(of: text, keeping: ["api.error", "blood type"]) == redacted)
    }
}
