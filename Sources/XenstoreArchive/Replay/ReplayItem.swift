/// What follows in a log.
enum ReplayItem {
    case event(ReplayEvent)
    /// Another segment begins.
    /// - Parameter isJoined: whether no line is missing before it.
    case segment(LogSegment, isJoined: Bool)
}
