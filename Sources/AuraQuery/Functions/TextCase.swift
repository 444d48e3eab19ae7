/// Upper and lower case, code point by code point.
enum TextCase {
    static func upper(_ text: String) -> String {
        mapped(text, ascii: { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }, upper)
    }

    static func lower(_ text: String) -> String {
        mapped(text, ascii: { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, lower)
    }

    private static func mapped(
        _ text: String, ascii: (UInt8) -> UInt8, _ other: (Unicode.Scalar) -> Unicode.Scalar
    ) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else {
            return String(decoding: text.utf8.map(ascii), as: UTF8.self)
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(other(scalar)) }
        return String(scalars)
    }

    /// The one code point that is a letter in upper case, or the letter itself if it takes several.
    private static func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar == "ß" { return "ẞ" }
        let properties = scalar.properties
        return single(properties.uppercaseMapping) ?? single(properties.titlecaseMapping) ?? scalar
    }

    private static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar == "İ" ? "i" : single(scalar.properties.lowercaseMapping) ?? scalar
    }

    private static func single(_ text: String) -> Unicode.Scalar? {
        let scalars = text.unicodeScalars
        return scalars.count == 1 ? scalars.first : nil
    }
}
