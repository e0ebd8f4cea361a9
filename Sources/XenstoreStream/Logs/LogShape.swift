/// In which of its forms a record is written, as far as that does not follow from its content. The
/// numbers are those of the archive.
package struct LogShape: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The connection is padded to 10 columns instead of 12.
    package static let narrow = LogShape(rawValue: 1)
    /// Blanks at the end of the line are missing.
    package static let trimmed = LogShape(rawValue: 2)
    /// The trace class is in front, as from Xen 4.18 on.
    package static let classed = LogShape(rawValue: 4)
    /// The domain is after the connection, as from Xen 4.19 on.
    package static let domained = LogShape(rawValue: 8)
    /// The direction is `OUT(START)`, `OUT(END)` or `OUT(ERR)` instead of `OUT`.
    package static let started = LogShape(rawValue: 16)
    package static let ended = LogShape(rawValue: 32)
    package static let failed = LogShape(rawValue: 48)
    /// The path is relative to the home of the connection's domain.
    package static let relative = LogShape(rawValue: 64)
    /// The daemon cut the line, or what passes logs on masked the value.
    package static let incomplete = LogShape(rawValue: 128)
    /// The line is kept as it is: the fields do not give it back.
    package static let verbatim = LogShape(rawValue: 256)

    /// The bits of the direction.
    var direction: LogShape {
        intersection(.failed)
    }
}
