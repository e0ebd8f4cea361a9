/// Every field of every record type.
public enum Field: UInt8, CaseIterable, Sendable {
    // GLOBAL_DATA
    case rwSocketFD, roSocketFD, evtchnFD, virqPort
    // CONNECTION_DATA
    case connID, connPad, connType, fields, domid, tdomid, flags, revtchn, levtchn, mfn, evtchn, socketFD, socketPad,
        connSpec
    case inDataLength, outRespLength, outDataLength, inData, outData, uniqueIDPad, uniqueID
    // WATCH_DATA, WATCH_DATA_EXTENDED
    case wpathLength, tokenLength, wpath, token, depth, depthPad
    // TRANSACTION_DATA
    case txID
    // NODE_DATA
    case pathLength, valueLength, access, permCount, perms, path, value
    // GLOBAL_QUOTA_DATA, DOMAIN_DATA
    case domQuotaCount, globQuotaCount, quotaCount, features, quotas
    // END and unknown types
    case body
    // Framing
    case type, len, padding

    /// The name in xenstore-migration.md.
    public var name: String {
        switch self {
        case .rwSocketFD: "rw-socket-fd"
        case .roSocketFD: "ro-socket-fd"
        case .evtchnFD: "evtchn-fd"
        case .virqPort: "virq-port"
        case .connID: "conn-id"
        case .connPad: "conn-pad"
        case .connType: "conn-type"
        case .fields: "fields"
        case .domid: "domid"
        case .tdomid: "tdomid"
        case .flags: "flags"
        case .revtchn: "revtchn"
        case .levtchn: "levtchn"
        case .mfn: "mfn"
        case .evtchn: "evtchn"
        case .socketFD: "socket-fd"
        case .socketPad: "socket-pad"
        case .connSpec: "conn-spec"
        case .inDataLength: "in-data-len"
        case .outRespLength: "out-resp-len"
        case .outDataLength: "out-data-len"
        case .inData: "in-data"
        case .outData: "out-data"
        case .uniqueIDPad: "unique-id-pad"
        case .uniqueID: "unique-id"
        case .wpathLength: "wpath-len"
        case .tokenLength: "token-len"
        case .wpath: "wpath"
        case .token: "token"
        case .depth: "depth"
        case .depthPad: "depth-pad"
        case .txID: "tx-id"
        case .pathLength: "path-len"
        case .valueLength: "value-len"
        case .access: "access"
        case .permCount: "perm-count"
        case .perms: "perms"
        case .path: "path"
        case .value: "value"
        case .domQuotaCount: "n-dom-quota"
        case .globQuotaCount: "n-glob-quota"
        case .quotaCount: "n-quota"
        case .features: "features"
        case .quotas: "quotas"
        case .body: "body"
        case .type: "type"
        case .len: "len"
        case .padding: "padding"
        }
    }

    /// The field whose bytes this one counts; nil if it does not count bytes.
    package var counted: Field? {
        switch self {
        case .inDataLength: .inData
        case .outDataLength: .outData
        case .wpathLength: .wpath
        case .tokenLength: .token
        case .pathLength: .path
        case .valueLength: .value
        default: nil
        }
    }
}
