/// How the nodes of a store are read as of one moment.
public enum CaptureMethod: String, CaseIterable, Sendable {
    /// `transaction` for oxenstored, `walk` for any other daemon.
    case auto
    /// Read everything, then again what the events of watches name, until a round has no event.
    case walk
    /// Read everything in one transaction. oxenstored's is a snapshot; the C xenstored ends it only
    /// if nothing has changed meanwhile, and takes time with the square of the number of nodes.
    case transaction
}
