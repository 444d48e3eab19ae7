import Foundation
import Glibc

/// What is known of a stream's other end.
struct Terminal: Sendable {
    /// Whether a person looks at it.
    let isInteractive: Bool
    /// Columns of a line.
    let width: Int
    /// Lines that can be seen at once.
    let height: Int
    /// Whether colours and cursor movements are welcome.
    let hasColor: Bool

    /// Where a person's answers come from.
    static var input: Terminal { Terminal(descriptor: STDIN_FILENO) }

    /// Where answers go.
    static var output: Terminal { Terminal(descriptor: STDOUT_FILENO) }

    /// Where everything else goes.
    static var errors: Terminal { Terminal(descriptor: STDERR_FILENO) }

    /// The terminal behind a descriptor, as far as there is one.
    ///
    /// `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb` and `COLUMNS` count.
    init(
        descriptor: Int32, variables: [String: String] = ProcessInfo.processInfo.environment
    ) {
        isInteractive = isatty(descriptor) == 1 && variables["TERM"] != "dumb"
        let forced = nonEmpty(variables["CLICOLOR_FORCE"]).map { $0 != "0" } ?? false
        hasColor = nonEmpty(variables["NO_COLOR"]) == nil && (isInteractive || forced)
        var size = winsize()
        let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width =
            variables["COLUMNS"].flatMap { wholeNumber($0) } ?? (isKnown ? Int(size.ws_col) : 80)
        height =
            variables["LINES"].flatMap { wholeNumber($0) } ?? (isKnown ? Int(size.ws_row) : 24)
    }

    /// The text in a style, where that is welcome.
    func styled(_ text: String, _ style: Style) -> String {
        hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A way to set text apart: the code of ECMA-48 "select graphic rendition".
    enum Style: Int, Sendable {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }
}
