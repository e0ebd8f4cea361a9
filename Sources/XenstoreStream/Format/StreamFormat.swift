/// All that is needed to write a stream's records from their fields.
public struct StreamFormat: Hashable, Sendable {
    public var layout: Layout
    public var byteOrder: ByteOrder
    public var lengthRule: LengthRule

    public init(layout: Layout, byteOrder: ByteOrder = .little, lengthRule: LengthRule = .padded) {
        self.layout = layout
        self.byteOrder = byteOrder
        self.lengthRule = lengthRule
    }

    /// The form in which the records of a text are kept. Byte order and length rule do not matter, as nobody else reads it.
    package init(text layout: Layout) {
        self.init(layout: layout, byteOrder: .little, lengthRule: .body)
    }

    /// Every combination of layout, byte order and length rule.
    public static var all: [StreamFormat] {
        Layout.streams.flatMap { layout in
            ByteOrder.allCases.flatMap { order in
                LengthRule.allCases.map { StreamFormat(layout: layout, byteOrder: order, lengthRule: $0) }
            }
        }
    }
}
