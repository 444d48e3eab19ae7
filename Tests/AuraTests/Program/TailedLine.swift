import Foundation

/// A line that `aura tail` prints.
struct TailedLine: Decodable {
    let sequence: Int
    let time: String
    let type: String
    let attributes: [String: Attribute]

    /// A value; only texts and numbers are looked at.
    struct Attribute: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else {
                text = (try? container.decode(Int.self)).map { String($0) }
            }
        }
    }

    static func all(_ output: String) throws -> [TailedLine] {
        let decoder = JSONDecoder()
        return try output.split(separator: "\n").map {
            try decoder.decode(TailedLine.self, from: Data($0.utf8))
        }
    }
}
