/// What an image says of a node's value. Only listings say less than all.
public enum ValueKnowledge: String, CaseIterable, Sendable {
    /// All of it.
    case whole
    /// Its beginning: the tool cut it off, or the text is cut.
    case cut
    /// Nothing: the node could not be read, or the value was taken out.
    case unknown

    /// The mark in the field `access` of a committed node of a listing, in which no daemon keeps
    /// anything.
    package var mark: UInt16 {
        switch self {
        case .whole: 0
        case .cut: 0x4000
        case .unknown: 0x8000
        }
    }

    /// The mark of a node whose path is known only in part, because the tool cut a name off.
    package static let cutPathMark: UInt16 = 0x2000

    /// All marks in the field `access` of a listing's nodes.
    package static let marks: UInt16 = 0xE000

    /// Whether a listing has only the beginning of a name in the node's path.
    public static func hasCutPath(_ node: NodeData, _ layout: Layout) -> Bool {
        layout.isListing && node.isCommitted && node.access & cutPathMark != 0
    }

    /// What a node's record says.
    public init(_ node: NodeData, _ layout: Layout) {
        let mark = layout.isListing && node.isCommitted ? node.access : 0
        self = mark & Self.unknown.mark != 0 ? .unknown : mark & Self.cut.mark != 0 ? .cut : .whole
    }
}
