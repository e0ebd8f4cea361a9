import XenstoreStream

/// A request before it is sent: its type and its payload (xenstore.txt, "Xenstore protocol
/// specification").
public struct StoreRequest: Equatable, Sendable {
    /// The types of requests, with their numbers on the wire (xs_wire.h).
    public enum Kind: UInt32, CaseIterable, Sendable {
        case control = 0
        case directory = 1
        case read = 2
        case getPerms = 3
        case watch = 4
        case unwatch = 5
        case transactionStart = 6
        case transactionEnd = 7
        case introduce = 8
        case release = 9
        case getDomainPath = 10
        case write = 11
        case mkdir = 12
        case remove = 13
        case setPerms = 14
        case isDomainIntroduced = 17
        case resume = 18
        case setTarget = 19
        case resetWatches = 21
        case directoryPart = 22
        case getFeature = 23
        case setFeature = 24
        case getQuota = 25
        case setQuota = 26

        /// The name in the protocol, like `GET_PERMS`.
        public var name: String {
            let names = WireMessage.names
            return names.indices.contains(Int(rawValue)) ? names[Int(rawValue)] : String(rawValue)
        }
    }

    /// The type.
    public let kind: Kind
    /// The bytes after the header; at most `WireMessage.longestPayload` are sent.
    public let payload: Octets
    /// What the request is about, for messages: its first string, mostly a path.
    public let subject: Octets
    /// Whether one of its strings has a NUL, so that the daemon would read other strings.
    let hasInnerNUL: Bool

    /// A request of strings, each of which is sent with a NUL after it.
    /// - Parameters:
    ///   - kind: the type.
    ///   - strings: the strings, without their NULs; a request with a NUL in one is not sent.
    ///   - rest: any bytes after the strings, such as the value of a WRITE.
    public init(_ kind: Kind, _ strings: [Octets], rest: Octets = []) {
        self.kind = kind
        payload = Octets(strings.flatMap { $0 + [ASCII.nul] }) + rest
        subject = strings.first ?? []
        hasInnerNUL = strings.contains { $0.contains(ASCII.nul) }
    }

    /// A request of strings as text, like a domid.
    /// - Parameters:
    ///   - kind: the type.
    ///   - words: the strings.
    public init(_ kind: Kind, _ words: String...) {
        self.init(kind, words.map { Octets($0.utf8) })
    }
}
