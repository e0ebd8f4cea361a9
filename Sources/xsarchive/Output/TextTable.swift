import XenstoreStream

/// A table as aligned text.
enum TextTable {
    /// Where there is no terminal: wider cells than this run over rather than push all others aside.
    private static let widest = 48
    /// On a terminal: a column is made no narrower than this, whatever does not fit then.
    private static let narrowest = 6

    /// The lines, the first with the names of the columns.
    /// - Parameters:
    ///   - numeric: which columns stand at the right.
    ///   - width: the terminal's columns: what is wider is cut and ends in "…"; nil: nothing is cut.
    static func lines(_ cells: [[String]], numeric: [Bool], width: Int?) -> [String] {
        var widths = numeric.indices.map { column in cells.map { columns($0[column]) }.max() ?? 0 }
        if let width { widths = fitted(widths, width) } else { widths = widths.map { min(widest, $0) } }
        return cells.map { cell in
            var line = ""
            for (column, text) in cell.enumerated() {
                let shown = width == nil ? text : cut(text, widths[column])
                let padding = String(repeating: " ", count: max(0, widths[column] - columns(shown)))
                let isLast = column == cell.count - 1
                line += numeric[column] ? padding + shown : isLast ? shown : shown + padding
                if !isLast { line += "  " }
            }
            return line
        }
    }

    /// The widths with the widest ones lowered until a line fits.
    private static func fitted(_ widths: [Int], _ width: Int) -> [Int] {
        var low = narrowest
        var high = max(narrowest, widths.max() ?? 0)
        let room = width - 2 * max(0, widths.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if widths.reduce(0, { $0 + min($1, middle) }) <= room { low = middle } else { high = middle - 1 }
        }
        // What is left goes to the columns that are still cut, from the last on: paths and values stand there.
        var fitted = widths.map { min($0, low) }
        var spare = room - fitted.reduce(0, +)
        for column in fitted.indices.reversed() where spare > 0 {
            let more = min(spare, widths[column] - fitted[column])
            fitted[column] += more
            spare -= more
        }
        return fitted
    }

    /// The text as it is where it fits, else its beginning and "…".
    static func cut(_ text: String, _ width: Int) -> String {
        guard columns(text) > width else { return text }
        var result = String.UnicodeScalarView()
        var used = 1
        for scalar in text.unicodeScalars {
            used += columns(scalar)
            if used > width { break }
            result.append(scalar)
        }
        return String(result) + "…"
    }

    /// How many of a terminal's columns a text takes.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
