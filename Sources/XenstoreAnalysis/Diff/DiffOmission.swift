import XenstoreStream

/// Something that a diff does not compare, because an image does not say it.
public enum DiffOmission: Equatable, Sendable {
    /// The image that does not say something.
    public enum Side: Sendable {
        case old, new, both
    }

    /// Kinds of which nothing is covered. What only the other image has is no difference.
    case kinds([Coverage.Kind], missing: Side)
    /// The number of nodes of the other image outside what this one covers.
    case nodes(Int, outside: Side)
    /// The number of other things of the other image outside what this one covers, like connections
    /// and watches.
    case others(Int, outside: Side)
    /// The number of values of which an image knows only a part or nothing.
    case values(Int)
    /// The number of nodes whose permissions an image does not say, although it has those of
    /// others.
    case permissions(Int)
    /// The number of nodes of which a listing has only the beginning of the path.
    case cutPaths(Int)
    /// The number of lines that are no nodes, like prompts and messages around a listing.
    case lines(Int)
}
