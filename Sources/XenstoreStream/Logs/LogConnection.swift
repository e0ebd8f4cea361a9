/// One use of a connection's name in a log.
package struct LogConnection: Equatable, Sendable {
    /// Index of the name.
    package var name: Int32
    /// The domain of the client; nil if the log does not say it.
    package var domid: UInt16?
    /// Whether its name is that of a commit that is done again.
    package var isReplay = false
    /// The event that opened it and the one that closed it; nil if the log does not have them.
    package var opened: Int32?
    package var closed: Int32?
}
