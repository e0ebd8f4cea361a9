import XenstoreStream

/// One difference between a rebuilt stream and the image that it is made from.
public struct Alteration: Equatable, Sendable {
    /// What was lost or changed.
    public let kind: Kind
    /// The subject; names from the image are escaped.
    public let message: String

    /// One line: lost or changed, the kind, the subject.
    public var text: String {
        "\(kind.isLoss ? "lost" : "changed") \(kind.rawValue): \(message)"
    }

    /// What can be lost or changed; docs/rebuild.md has the same list.
    public enum Kind: String, CaseIterable, Sendable {
        // Some layouts have no field for these
        case roSocketFD = "ro-socket-fd"
        case evtchnFD = "evtchn-fd"
        case readOnly = "read-only"
        case ringFlags = "flags"
        case revtchn
        case mfn
        case uniqueID = "unique-id"
        case inData = "in-data"
        case outRespLength = "out-resp-len"
        case stale
        case depth
        case features
        case globalQuota = "global-quota"
        case domainData = "domain-data"
        // oxenstored's text has no line for these, or only it has one
        case virqPort = "virq-port"
        case outData = "out-data"
        case tdomid
        case openTransaction = "open-transaction"
        case pendingNode = "pending-node"
        // No stream that follows the documents holds these
        case unexplained
        case reserved
        case unknownRecord = "unknown-record"
        case connectionType = "connection-type"
        case noConnection = "no-connection"
        case badPath = "bad-path"
        case duplicate
        case permLetter = "perm-letter"
        case permFlags = "perm-flags"
        // Repairs
        case padding
        case lineForm = "line-form"
        case ringPlace = "ring-place"
        case partialValue = "partial-value"
        case length
        case order
        case target
        case terminator
        case connID = "conn-id"
        case parent
        case perms
        case transaction
        case replyLength = "reply-length"
        case watchForm = "watch-form"
        // Requested by the user
        case newNode = "new-node"
        case redacted
    }
}

extension Alteration.Kind {
    /// Whether something in the image is missing from the stream.
    public var isLoss: Bool {
        switch self {
        case .padding, .lineForm, .ringPlace, .partialValue, .length, .order, .target, .terminator, .connID, .parent,
            .perms,
            .transaction, .replyLength,
            .watchForm, .newNode, .redacted:
            false
        default: true
        }
    }

    /// The layouts that have no field for it; empty if it does not depend on the layout.
    public var absentFrom: [Layout] {
        switch self {
        case .roSocketFD, .readOnly, .ringFlags: [.v1, .v2, .oxenstored]
        case .revtchn, .mfn: [.v1, .v2]
        case .evtchnFD: [.draft]
        case .uniqueID, .inData, .outRespLength, .stale, .globalQuota, .domainData: [.draft, .oxenstored]
        case .depth: [.draft, .v1, .oxenstored]
        case .features: [.v1]
        case .virqPort: [.draft, .v1, .v2]
        case .outData, .tdomid, .openTransaction, .pendingNode: [.oxenstored]
        default: []
        }
    }

    /// What is lost or changed, and how, without a full stop.
    public var meaning: String {
        switch self {
        case .roSocketFD: "the read-only listening socket; its clients lose the daemon"
        case .evtchnFD:
            "the event channel device; -1 is written if it is unknown, and the daemon opens a new one"
        case .readOnly: "a socket's read-only bit; its client can then write"
        case .ringFlags: "whether INTRODUCE and RELEASE were issued; a ring without INTRODUCE counts as introduced"
        case .revtchn: "the domain's own event channel port; 0 is written if it is unknown"
        case .mfn: "the ring's machine frame; all ones (none) is written if it is unknown"
        case .uniqueID: "what distinguishes a domain from a later one with the same domid"
        case .inData: "requests that are not yet handled"
        case .outRespLength: "how much of out-data completes a half-written reply; the bytes themselves stay"
        case .stale:
            "the mark of a permission whose domain is gone; the entry is dropped, but an owner stays, without the mark"
        case .depth: "a watch's depth; it fires for everything below its path"
        case .features: "the features that a domain can see"
        case .globalQuota: "GLOBAL_QUOTA_DATA"
        case .domainData: "DOMAIN_DATA, with the domain's quotas"
        case .virqPort:
            "the port on which oxenstored is notified that a domain is gone; 0 is written if it is unknown, "
                + "and oxenstored is then not notified"
        case .outData: "replies and watch events that are not yet delivered"
        case .tdomid: "the domain that a domain acts for"
        case .openTransaction: "a transaction"
        case .pendingNode: "a node that is pending in a transaction"
        case .unexplained:
            "bytes that no field explains: slack in a body, the trailer, damaged spans, the body of END"
        case .reserved: "reserved bits and pads that are not zero"
        case .unknownRecord:
            "a record of an unknown type, if the layout or byte order changes or a workspace is made"
        case .connectionType:
            "a connection that is neither ring nor socket, with its watches, transactions and pending nodes, "
                + "if the layout or byte order changes or a workspace is made"
        case .noConnection: "a watch, transaction or pending node whose connection does not exist"
        case .badPath: "a node whose path begins with neither / nor @"
        case .duplicate:
            "a repeated record of something that can exist only once; the last node or GLOBAL_DATA stays, "
                + "otherwise the first record"
        case .permLetter: "a permission's letter other than n, r, w, b; it becomes n, as which daemons treat it"
        case .permFlags: "reserved flags of a permission"
        case .padding: "padding that is not zero, as written by daemons from uninitialized memory"
        case .lineForm: "a line of a text that is not written the way the daemon or the tool writes it"
        case .ringPlace:
            "mfn and revtchn, which oxenstored needs to reach a domain's ring, or the daemon's port, if the image "
                + "lacks them; "
                + "on a real host the domain is then lost"
        case .partialValue:
            "a value or a path that a listing says only in part, or not at all; what is known is written"
        case .length: "a len that differs from the one that the fields and the image's length rule give"
        case .order: "a record that comes before a record it refers to; the latter is moved before it"
        case .target: "two domains that are each other's target; no order is right, and a daemon loses one target"
        case .terminator: "a path or token without its NUL, which is added"
        case .connID: "a conn-id that is 0 or used by two connections; one connection gets another conn-id"
        case .parent:
            "a missing parent; it is added as a daemon does when the child is written: empty, with its parent's "
                + "permissions"
        case .perms: "a committed node without permissions, which gets its parent's"
        case .transaction: "the TRANSACTION_DATA of a pending node, which is added"
        case .replyLength: "an out-resp-len longer than out-data, which is reduced to the length of out-data"
        case .watchForm: "a WATCH_DATA_EXTENDED without its depth, as daemons write it, which becomes a WATCH_DATA"
        case .newNode: "a node that an edit creates, or its missing parent"
        case .redacted: "a secret value, of which only the length stays"
        }
    }
}
