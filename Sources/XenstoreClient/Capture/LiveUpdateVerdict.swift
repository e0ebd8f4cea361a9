import XenstoreStream

/// Why a live update of a daemon must not be made for the sake of an image.
public struct LiveUpdateVerdict: Equatable, Sendable {
    /// One reason against it.
    public struct Reason: Equatable, Sendable {
        /// What is against it.
        public enum Kind: String, CaseIterable, Sendable {
            /// The daemon is not a C xenstored, or it is not clear.
            case daemon
            /// The process cannot be seen, or its program was replaced.
            case process
            /// The daemon does not know the request.
            case request
            /// It is not known which release of Xen it is, or it is one whose live update fails.
            case release
            /// The file for the state is there already.
            case file
            /// The daemon is a domain of its own.
            case domain
            /// A node's owner is not introduced: the daemon would die.
            case owner
            /// An entry names a domain that is not introduced: it would be ignored for good.
            case entry
            /// A domain is being built or received.
            case build
            /// The store did not rest while it was read, or could not be read as a whole.
            case store
        }

        /// What is against it.
        public let kind: Kind
        /// The same in words.
        public let text: String
    }

    /// The reasons; empty: nothing is known against it.
    public internal(set) var reasons: [Reason] = []

    mutating func refuse(_ kind: Reason.Kind, _ text: String) {
        reasons.append(Reason(kind: kind, text: text))
    }
}
