/// One of the three published layouts of the stream's records.
///
/// `draft` and `v1` carry the same version number in the header; `LayoutDetection` tells them apart by the records' bytes.
public enum Layout: String, CaseIterable, Sendable {
    /// The document of 2020-04-24, header version 1.
    case draft
    /// The released document (January 2021 on), header version 1: Xen 4.15 to 4.20.
    case v1
    /// Header version 2 (2025 on): Xen 4.21 and later.
    case v2

    /// The version number that a stream of this layout has in its header.
    public var headerVersion: UInt32 {
        self == .v2 ? 2 : 1
    }

    /// The highest record type that the layout's document defines.
    public var lastRecordType: RecordType {
        switch self {
        case .draft: .nodeData
        case .v1: .domainData
        case .v2: .watchDataExtended
        }
    }

    /// How CONNECTION_DATA is laid out.
    public var connectionShape: ConnectionShape {
        self == .draft ? .draft : .released
    }

    /// How NODE_DATA is laid out.
    public var nodeShape: NodeShape {
        self == .draft ? .draft : .released
    }

    /// The meaning of GLOBAL_DATA's second field.
    public var globalSecondField: Field {
        self == .draft ? .roSocketFD : .evtchnFD
    }

    /// The two shapes of CONNECTION_DATA.
    public enum ConnectionShape: Sendable {
        /// conn-type follows a pad; the ring's conn-spec has 22 bytes, the socket's 6; one data buffer.
        case draft
        /// conn-spec has 8 bytes for every conn-type; two data buffers; an optional unique-id.
        case released
    }

    /// The two shapes of NODE_DATA.
    public enum NodeShape: Sendable {
        /// access and perm-count come first, the lengths behind the permissions.
        case draft
        /// path-len and value-len come first.
        case released
    }
}

/// The byte order of everything behind the header.
public enum ByteOrder: String, CaseIterable, Sendable {
    case little, big
}

/// What a record's `len` counts.
public enum LengthRule: String, CaseIterable, Sendable {
    /// The body alone, as the document says.
    case body
    /// The body and its padding, as every released C daemon writes it: always a multiple of 8.
    case padded
}

/// All that is needed to write a stream's records from their fields.
public struct StreamFormat: Hashable, Sendable {
    public var layout: Layout
    public var byteOrder: ByteOrder
    public var lengthRule: LengthRule

    public init(layout: Layout, byteOrder: ByteOrder = .little, lengthRule: LengthRule = .padded) {
        self.layout = layout
        self.byteOrder = byteOrder
        self.lengthRule = lengthRule
    }

    /// Every combination of layout, byte order and length rule.
    public static var all: [StreamFormat] {
        Layout.allCases.flatMap { layout in
            ByteOrder.allCases.flatMap { order in
                LengthRule.allCases.map { StreamFormat(layout: layout, byteOrder: order, lengthRule: $0) }
            }
        }
    }
}
