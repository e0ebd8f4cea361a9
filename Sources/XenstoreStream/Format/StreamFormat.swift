/// Everything needed to write a stream's records from their fields.
public struct StreamFormat: Hashable, Sendable {
    /// The layout of the records.
    public var layout: Layout
    /// The byte order of the numbers in the records.
    public var byteOrder: ByteOrder
    /// What the `len` of a record counts.
    public var lengthRule: LengthRule

    /// A format; the defaults are those of released daemons.
    public init(layout: Layout, byteOrder: ByteOrder = .little, lengthRule: LengthRule = .padded) {
        self.layout = layout
        self.byteOrder = byteOrder
        self.lengthRule = lengthRule
    }

    /// The format in which the records of a text are stored. Byte order and length rule do not
    /// matter: nothing else reads it.
    package init(text layout: Layout) {
        self.init(layout: layout, byteOrder: .little, lengthRule: .body)
    }

    /// Every combination of a layout of streams, byte order and length rule.
    public static var all: [StreamFormat] {
        Layout.streams.flatMap { layout in
            ByteOrder.allCases.flatMap { order in
                LengthRule.allCases.map { StreamFormat(layout: layout, byteOrder: order, lengthRule: $0) }
            }
        }
    }
}
