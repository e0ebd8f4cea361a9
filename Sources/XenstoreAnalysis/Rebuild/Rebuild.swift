import XenstoreArchive
import XenstoreStream

/// How a stream is to be made from an image: what of it, with which changes, in which form.
public struct Rebuild: Sendable {
    /// All of the image where there is none.
    public var selections: [Selection] = []
    /// In this order.
    public var edits: [Edit] = []
    public var form = Form()
    /// Whether a target's ring is moved before the ring of who acts for it: daemons lose the target otherwise.
    public var movesTargets = true

    public init() {}

    /// The form of a stream; what is nil is as in the image.
    public struct Form: Hashable, Sendable {
        public var layout: Layout?
        public var byteOrder: ByteOrder?
        public var lengthRule: LengthRule?

        public init(layout: Layout? = nil, byteOrder: ByteOrder? = nil, lengthRule: LengthRule? = nil) {
            self.layout = layout
            self.byteOrder = byteOrder
            self.lengthRule = lengthRule
        }

        func format(_ source: StreamFormat) -> StreamFormat {
            StreamFormat(
                layout: layout ?? source.layout, byteOrder: byteOrder ?? source.byteOrder, lengthRule: lengthRule ?? source.lengthRule)
        }
    }

    /// - Throws: `ArchiveError` or `StreamError` where the image cannot be read, where what is to be selected or changed is
    ///   not there, or where the stream cannot be written.
    public func run(_ source: ImageSource) throws -> RebuiltStream {
        var alterations = Alterations()
        return try run(EditableImage(source, &alterations), alterations)
    }

    /// - Parameter alterations: what the image has lost already.
    public func run(_ image: EditableImage, _ alterations: Alterations = Alterations()) throws -> RebuiltStream {
        var (image, alterations) = (image, alterations)
        try image.select(selections)
        try image.apply(edits)
        let format = form.format(image.format)
        let keepsOpaque = format.layout == image.format.layout && format.byteOrder == image.format.byteOrder
        try Repair.run(&image, keepsOpaque: keepsOpaque, movesTargets: movesTargets, &alterations)
        return try RebuiltStream(image, as: format, alterations)
    }
}
