/// One of the three published layouts of the stream's records, or a form of text with the same
/// content.
///
/// `draft` and `v1` carry the same version number in the header; `LayoutDetection` distinguishes
/// them by the bytes of the records. `TextImage` reads a text as a stream of records, with fields
/// in the draft's shapes.
public enum Layout: String, CaseIterable, Sendable {
    /// The document of 2020-04-24, header version 1.
    case draft
    /// The released document (January 2021 on), header version 1: Xen 4.15 to 4.20.
    case v1
    /// Header version 2 (2025 on): Xen 4.21 and later.
    case v2
    /// The text in which oxenstored writes its state.
    case oxenstored
    /// What `xenstore-ls -f -p` prints: only nodes, with their whole paths.
    case listing
    /// What `xenstore-ls -p` prints: only nodes, indented below each other.
    case tree
    /// Lines of PATH=VALUE, as a widely copied script prints them: only nodes.
    case pairs
    /// The text that oxenstored writes on SIGUSR1 and as its persistent store: only nodes.
    case oxenstoredDebug = "oxenstored-debug"
    /// The TDB file in which a C xenstored before 4.18 keeps its nodes.
    case tdb
    /// What `tdbdump` prints of such a file.
    case tdbdump

    /// The layouts of streams.
    public static let streams = allCases.filter { !$0.isText }
    /// The layouts of texts.
    public static let texts = allCases.filter(\.isText)

    /// Whether the image is converted to records piece by piece, and has neither header nor END: a
    /// text, and also a TDB file.
    public var isText: Bool {
        switch self {
        case .draft, .v1, .v2: false
        case .oxenstored, .listing, .tree, .pairs, .oxenstoredDebug, .tdb, .tdbdump: true
        }
    }

    /// Whether the image is what a tool printed about nodes: less than a daemon's state.
    public var isListing: Bool {
        switch self {
        case .listing, .tree, .pairs: true
        case .draft, .v1, .v2, .oxenstored, .oxenstoredDebug, .tdb, .tdbdump: false
        }
    }

    /// The version number that a stream of this layout has in its header.
    public var headerVersion: UInt32 {
        self == .v2 ? 2 : 1
    }

    /// The highest record type that the layout's document defines.
    public var lastRecordType: RecordType {
        switch self {
        case .draft, .oxenstored, .listing, .tree, .pairs, .oxenstoredDebug, .tdb, .tdbdump: .nodeData
        case .v1: .domainData
        case .v2: .watchDataExtended
        }
    }

    /// How CONNECTION_DATA is laid out.
    public var connectionShape: ConnectionShape {
        self == .v1 || self == .v2 ? .released : .draft
    }

    /// How NODE_DATA is laid out.
    public var nodeShape: NodeShape {
        self == .v1 || self == .v2 ? .released : .draft
    }

    /// The bits of a permission's flags that must be zero: bit 0 marks a stale entry, and the draft
    /// has no such bit.
    package var reservedPermissionFlags: UInt8 {
        nodeShape == .draft && !isOfDatabase ? 0xFF : 0xFE
    }

    /// The meaning of GLOBAL_DATA's second field.
    public var globalSecondField: Field {
        self == .draft ? .roSocketFD : .evtchnFD
    }

    /// Whether GLOBAL_DATA has a third field, virq-port.
    public var hasVIRQPort: Bool {
        self == .oxenstored
    }

    /// The two shapes of CONNECTION_DATA.
    public enum ConnectionShape: Sendable {
        /// conn-type follows a pad; the ring's conn-spec has 22 bytes, the socket's 6; one data
        /// buffer.
        case draft
        /// conn-spec has 8 bytes for every conn-type; two data buffers; an optional unique-id.
        case released
    }

    /// The two shapes of NODE_DATA.
    public enum NodeShape: Sendable {
        /// access and perm-count come first, the lengths after the permissions.
        case draft
        /// path-len and value-len come first.
        case released
    }
}
