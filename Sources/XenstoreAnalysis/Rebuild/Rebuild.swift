import XenstoreArchive
import XenstoreStream

/// How to make a stream from an image: which parts, with which edits, in which form.
public struct Rebuild: Sendable {
    /// The parts to keep, as a union; the whole image if empty.
    public var selections: [Selection] = []
    /// Applied in this order.
    public var edits: [Edit] = []
    /// The form of the stream.
    public var form = Form()
    /// Whether a target's ring is moved before the ring of the domain that acts for it. Otherwise
    /// daemons lose the target.
    public var movesTargets = true
    /// Replaces secrets after the edits; nil: nothing is replaced.
    public var redactor: Redactor?

    /// Creates a plan that keeps the whole image and its form.
    public init() {}

    /// The form of a stream; nil members are taken from the image.
    public struct Form: Hashable, Sendable {
        /// Nil: the image's, or v1 for an image that has only nodes.
        public var layout: Layout?
        /// Nil: the image's, or little for a text.
        public var byteOrder: ByteOrder?
        /// Nil: the image's, or padded for a text.
        public var lengthRule: LengthRule?

        /// Creates a form; nil members are taken from the image.
        public init(layout: Layout? = nil, byteOrder: ByteOrder? = nil, lengthRule: LengthRule? = nil) {
            self.layout = layout
            self.byteOrder = byteOrder
            self.lengthRule = lengthRule
        }

        /// - Throws: `ArchiveError` if no stream has this form.
        func check() throws {
            guard let layout, layout.isText else { return }
            if layout.isPartial {
                throw ArchiveError(.notAState, "no daemon restores a listing")
            }
            if layout.hasOnlyNodes {
                throw ArchiveError(
                    .usage, "nothing is written in layout \(layout.rawValue); choose draft, v1, v2 or oxenstored")
            }
            if byteOrder != nil || lengthRule != nil {
                throw ArchiveError(.usage, "a text has neither a byte order nor a length rule; omit them")
            }
        }

        func format(_ source: StreamFormat) -> StreamFormat {
            let target = layout ?? (source.layout.hasOnlyNodes ? .v1 : source.layout)
            if target.isText { return StreamFormat(text: target) }
            // A text has neither, so the stream gets those that daemons write.
            if source.layout.isText {
                return StreamFormat(layout: target, byteOrder: byteOrder ?? .little, lengthRule: lengthRule ?? .padded)
            }
            return StreamFormat(
                layout: layout ?? source.layout, byteOrder: byteOrder ?? source.byteOrder,
                lengthRule: lengthRule ?? source.lengthRule)
        }
    }

    /// Makes the stream.
    /// - Throws: `ArchiveError` or `StreamError` if the image cannot be read, if a selected or
    ///   edited item does not exist, or if the stream cannot be written.
    public func run(_ source: ImageSource) throws -> RebuiltStream {
        var alterations = Alterations(hidesBytes: redactor != nil)
        var stream = try run(EditableImage(source, &alterations), alterations)
        // The same bytes are the same image.
        if stream.image.sha256 != source.sha256 { stream.image = stream.image.covering(coverage(of: source, stream)) }
        return stream
    }

    /// What the stream covers: what the source covers of what is kept, and what the layout can say.
    private func coverage(of source: ImageSource, _ stream: RebuiltStream) -> Coverage {
        var coverage = source.coverage
        if !selections.isEmpty {
            let domids = selections.compactMap { if case .domain(let domid) = $0 { domid } else { nil } }
            let paths = selections.compactMap { if case .subtree(let path) = $0 { path } else { nil } }
            coverage = coverage.ofDomains(domids).union(coverage.ofSubtrees(paths))
        }
        for case .drop(let what) in edits {
            coverage =
                switch what {
                case .sockets: coverage.withoutSockets
                case .connections: coverage.without([.connections, .watches, .transactions, .pending])
                case .transactions: coverage.without([.transactions, .pending])
                case .pending, .buffers: coverage.without([.pending])
                }
        }
        return coverage.intersection(stream.image.format.layout.coverage ?? Coverage([Coverage.Kind]()))
    }

    /// Makes the stream from an image that was already read.
    /// - Parameters:
    ///   - image: the image to rebuild.
    ///   - alterations: what reading the image has already lost.
    /// - Throws: `ArchiveError` or `StreamError` if a selected or edited item does not exist, or if
    ///   the stream cannot be written.
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
