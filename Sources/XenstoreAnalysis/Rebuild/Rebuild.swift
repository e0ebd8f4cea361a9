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
    /// Replaces secrets at last; nil: nothing is replaced.
    public var redactor: Redactor?

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

        /// - Throws: `ArchiveError` where no stream has this form.
        func check() throws {
            guard let layout, layout.isText else { return }
            if layout == .listing {
                throw ArchiveError(.usage, "a listing is no state that a daemon takes; 'xsarchive ls -f -p' prints one")
            }
            if byteOrder != nil || lengthRule != nil {
                throw ArchiveError(.usage, "a text has neither a byte order nor a length rule; leave them out")
            }
        }

        func format(_ source: StreamFormat) -> StreamFormat {
            // No daemon takes a listing.
            let target = layout ?? (source.layout == .listing ? .v1 : source.layout)
            if target.isText { return TextImage.format(target) }
            // A text has neither, so a stream gets those that daemons write.
            if source.layout.isText {
                return StreamFormat(layout: target, byteOrder: byteOrder ?? .little, lengthRule: lengthRule ?? .padded)
            }
            return StreamFormat(
                layout: layout ?? source.layout, byteOrder: byteOrder ?? source.byteOrder,
                lengthRule: lengthRule ?? source.lengthRule)
        }
    }

    /// - Throws: `ArchiveError` or `StreamError` where the image cannot be read, where what is to be selected or changed is
    ///   not there, or where the stream cannot be written.
    public func run(_ source: ImageSource) throws -> RebuiltStream {
        var alterations = Alterations()
        return try run(EditableImage(source, &alterations), alterations)
    }

    /// - Parameters:
    ///   - image: what is rebuilt.
    ///   - alterations: what the image has lost already.
    public func run(
        _ image: consuming EditableImage, _ alterations: Alterations = Alterations()
    ) throws -> RebuiltStream {
        try form.check()
        var (image, alterations) = (consume image, alterations)
        try image.select(selections)
        try image.apply(edits, &alterations)
        if let redactor { image.redact(redactor, &alterations) }
        let format = form.format(image.format)
        let keepsOpaque = format.layout == image.format.layout && format.byteOrder == image.format.byteOrder
        try Repair.run(&image, keepsOpaque: keepsOpaque, movesTargets: movesTargets, &alterations)
        return try RebuiltStream(consume image, as: format, alterations)
    }
}
