import XenstoreStream

/// Who made a part of a change, by a log, and how sure that is.
package struct ChangeAuthor: Sendable, Equatable {
    /// How sure it is that the event of the log made the change.
    package enum Certainty: String, Sendable {
        case certain, likely, unknown
    }

    /// Of what the change is: value, perms or removed.
    package let what: String
    /// The domain of the connection; nil if the log does not say it.
    package let domid: UInt16?
    /// The connection's name in the log; nil if the author is unknown.
    package let connection: Octets?
    package let operation: String?
    /// When, as the log says it.
    package let time: String?
    package let logID: Int64?
    package let position: Int64?
    package let certainty: Certainty
    /// Why it is not certain.
    package let reason: String?

    /// What no event explains.
    static func unknown(_ what: String, _ reason: String) -> ChangeAuthor {
        ChangeAuthor(
            what: what, domid: nil, connection: nil, operation: nil, time: nil, logID: nil, position: nil,
            certainty: .unknown, reason: reason)
    }
}
