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

    /// Every combination of layout, byte order and length rule.
    public static var all: [StreamFormat] {
        Layout.streams.flatMap { layout in
            ByteOrder.allCases.flatMap { order in
                LengthRule.allCases.map { StreamFormat(layout: layout, byteOrder: order, lengthRule: $0) }
            }
        }
    }
}
