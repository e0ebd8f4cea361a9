/// How wide a text is on a terminal, and how it is cut to a width.
enum TextWidth {
    /// The text, unchanged if it fits. Otherwise a "…" replaces the end of several words, or the
    /// middle of a single word: paths and names differ at their ends.
    static func cut(_ text: String, _ width: Int) -> String {
        guard columns(text) > width else { return text }
        let tail = text.contains(" ") ? 0 : 2 * (width - 1) / 3
        let end = String(String.UnicodeScalarView(fitting(text.unicodeScalars.reversed(), tail).reversed()))
        return String(String.UnicodeScalarView(fitting(text.unicodeScalars, width - 1 - columns(end)))) + "…" + end
    }

    /// The first scalars, as many as fit.
    private static func fitting(_ scalars: some Sequence<Unicode.Scalar>, _ width: Int) -> [Unicode.Scalar] {
        var used = 0
        return scalars.prefix { scalar in
            used += columns(scalar)
            return used <= width
        }
    }

    /// The width of a text in terminal columns.
    static func columns(_ text: String) -> Int {
        // Nearly all texts are ASCII.
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
