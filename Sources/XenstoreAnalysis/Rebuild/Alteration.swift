import XenstoreStream

/// One way in which a rebuilt stream says something else than the image it comes from.
public struct Alteration: Equatable, Sendable {
    public let kind: Kind
    /// What it is about; names from the image are escaped.
    public let message: String

    /// One line: lost or changed, the kind, what it is about.
    public var text: String {
        "\(kind.isLoss ? "lost" : "changed") \(kind.rawValue): \(message)"
    }

    /// What may be lost or changed; docs/rebuild.md has the same list.
    public enum Kind: String, CaseIterable, Sendable {
        // What some layouts have no field for
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
        // What oxenstored's text has no line for, or only it has
        case virqPort = "virq-port"
        case outData = "out-data"
        case tdomid
        case openTransaction = "open-transaction"
        case pendingNode = "pending-node"
        // What no stream of the documents holds
        case unexplained
        case reserved
        case unknownRecord = "unknown-record"
        case connectionType = "connection-type"
        case noConnection = "no-connection"
        case badPath = "bad-path"
        case duplicate
        case permLetter = "perm-letter"
        case permFlags = "perm-flags"
        // What is put right
        case padding
        case lineForm = "line-form"
        case ringPlace = "ring-place"
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
        // What is asked for
        case newNode = "new-node"
        case redacted
    }
}

extension Alteration.Kind {
    /// Whether something of the image is not in the stream any more.
    public var isLoss: Bool {
        switch self {
        case .padding, .lineForm, .ringPlace, .length, .order, .target, .terminator, .connID, .parent, .perms,
            .transaction, .replyLength,
            .watchForm, .newNode, .redacted:
            false
        default: true
        }
    }

    /// The layouts that have no field for it; empty where it does not depend on the layout.
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

    /// What becomes of it, as half a sentence.
    public var meaning: String {
        switch self {
        case .roSocketFD: "the listening socket for readers; clients that use it lose the daemon"
        case .evtchnFD:
            "the event channel device, which is written as -1 where it is not known: the daemon opens a new one"
        case .readOnly: "a socket's read-only bit: its client may write from then on"
        case .ringFlags: "whether INTRODUCE and RELEASE were issued; a ring without the first counts as introduced"
        case .revtchn: "the domain's own event channel port; 0 where it is not known"
        case .mfn: "the ring's machine frame; all ones (none) where it is not known"
        case .uniqueID: "what tells a domid's domain from the next one"
        case .inData: "requests that were not yet handled"
        case .outRespLength: "how much of out-data ends a half-written reply; the bytes themselves stay"
        case .stale:
            "the mark of a permission whose domain is gone; the entry is left out, an owner stays without the mark"
        case .depth: "a watch's depth: it fires for everything below its path"
        case .features: "the features that a domain may see"
        case .globalQuota: "GLOBAL_QUOTA_DATA"
        case .domainData: "DOMAIN_DATA, with the domain's quotas"
        case .virqPort:
            "the port on which oxenstored learns that a domain has gone; 0 where it is not known: it then does not learn it"
        case .outData: "answers and watch events that were not yet delivered"
        case .tdomid: "the domain that a domain acts for"
        case .openTransaction: "a transaction"
        case .pendingNode: "a node that is pending in a transaction"
        case .unexplained:
            "bytes that no field explains: slack in a body, what stands behind END, damaged spans, the body of END"
        case .reserved: "reserved bits and pads that are not zero"
        case .unknownRecord:
            "a record of a type that no document defines, where layout or byte order change or a workspace is made"
        case .connectionType:
            "a connection that is neither ring nor socket, with all that hangs on it, on the same occasions"
        case .noConnection: "a watch, transaction or pending node whose connection is not there"
        case .badPath: "a node whose path begins with neither / nor @"
        case .duplicate:
            "a second record of what can be there once: of nodes and GLOBAL_DATA the last one stays, of everything else the first"
        case .permLetter: "a permission's letter that is none of n, r, w, b: it becomes n, for which daemons take it"
        case .permFlags: "reserved flags of a permission"
        case .padding: "padding that is not zero, as daemons that write uninitialised memory leave it"
        case .lineForm: "a line of a text that was not written as the daemon or the tool writes it"
        case .ringPlace:
            "what oxenstored needs to reach a domain's ring, mfn and revtchn, or the daemon's port, where the image does not have it: on a host the domain is then lost"
        case .length: "a len that is not what the fields and the image's own rule give"
        case .order: "a record that comes before what it refers to; that is moved before it"
        case .target: "two domains that are each other's target, which no order suits: a daemon loses one"
        case .terminator: "a path or token without its NUL, which it gets"
        case .connID: "a conn-id of 0, or one that two connections have: one gets another"
        case .parent:
            "a missing parent, which is added as a daemon would on writing the child: empty, with the permissions of what is above it"
        case .perms: "a committed node without permissions, which gets those of its parent"
        case .transaction: "the TRANSACTION_DATA of a pending node, which is added"
        case .replyLength: "an out-resp-len beyond out-data, which is cut to that"
        case .watchForm: "a WATCH_DATA_EXTENDED without its depth, as daemons write it, which becomes a WATCH_DATA"
        case .newNode: "a node that was not there and that an edit has made, or a parent that such a one lacked"
        case .redacted: "a secret value, of which only the length is left, where --redact asks for it"
        }
    }
}
