import XenstoreStream

/// What docs/format.md says about each field; written by hand, and complete because the compiler
/// requires every case.
func meaning(of field: Field, in type: RecordType, _ layout: Layout) -> String {
    let isDraft = layout == .draft
    return switch field {
    case .rwSocketFD: "file descriptor of the listening socket; -1: none"
    case .roSocketFD: "file descriptor of the read-only socket; -1: none"
    case .evtchnFD: "file descriptor of the event channel device; -1: none"
    case .virqPort: "oxenstored: the port of the event that a domain is gone; -1: none"
    case .connID:
        switch type {
        case .watchData, .watchDataExtended: "the connection that set the watch"
        case .transactionData: "the connection that opened the transaction"
        case .nodeData: "0: committed; otherwise the connection whose transaction has touched the node"
        default: "the connection's number, not 0"
        }
    case .connPad: "reserved, zero"
    case .connType: "0 ring, 1 socket"
    case .fields: "bit 0: a unique-id follows the data; other bits are reserved"
    case .domid: "the domain"
    case .tdomid: "the domain it acts for since SET_TARGET; 0x7FF4: none"
    case .flags: "ring: 1 INTRODUCE issued, 2 RELEASE issued; socket: 1 read-only"
    case .revtchn: "the domain's event channel port"
    case .levtchn: "the daemon's own port; all ones in a migration"
    case .mfn: "machine frame of the ring; all ones in a migration"
    case .evtchn: "the daemon's event channel port"
    case .socketFD: "file descriptor of the connection"
    case .socketPad: "reserved, zero"
    case .connSpec: "kept as it is if conn-type is unknown"
    case .inDataLength: "length of in-data"
    case .outRespLength: "how many bytes of out-data finish a reply that is half written"
    case .outDataLength: isDraft ? "length of out-data; the document calls it data-len" : "length of out-data"
    case .inData: "requests not yet handled; the last one may be cut off"
    case .outData:
        isDraft
            ? "what is not yet written; the document calls it data"
            : "replies and watch events not yet written"
    case .uniqueIDPad: "zero"
    case .uniqueID: "distinguishes one use of a domid from the next"
    case .wpathLength: "length of wpath, its NUL included"
    case .tokenLength: "length of token, its NUL included"
    case .wpath: "absolute, relative to the domain's home, or special (`@…`)"
    case .token: "any string; may be empty"
    case .depth: "levels below wpath that fire the watch; 0xFFFF: all"
    case .depthPad: "reserved, zero"
    case .txID:
        type == .nodeData
            ? "the transaction; no meaning in a committed node" : "the transaction's number within the connection"
    case .pathLength: "length of path, its NUL included"
    case .valueLength: "length of value"
    case .access: "pending nodes: 1 read, 2 written, 3 both, 0 deleted; no meaning in a committed node"
    case .permCount: "number of entries in perms"
    case .perms:
        isDraft ? "per entry: letter u8, pad u8, domid u16" : "per entry: letter u8, flags u8 (bit 0: stale), domid u16"
    case .path: "absolute, or special (`@introduceDomain`, `@releaseDomain`)"
    case .value: "any bytes; may be empty"
    case .domQuotaCount: "number of quotas that are defaults for a domain; they come first"
    case .globQuotaCount: "number of quotas of the host itself"
    case .quotaCount: "number of quotas of the domain"
    case .features: layout == .v2 ? "features that the domain may see" : "reserved, zero"
    case .quotas: "values, u32 each, 0 unlimited; then as many names, each with its NUL"
    case .body: "kept as it is"
    case .type, .len, .padding: "part of the frame"
    }
}
