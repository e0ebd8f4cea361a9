/// The type number of a record, known or not (xenstore-migration.md, "Records").
public struct RecordType: Hashable, Comparable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32

    /// The type with this number.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The end of the stream.
    public static let end = RecordType(rawValue: 0)
    /// The type of `GlobalData`.
    public static let globalData = RecordType(rawValue: 1)
    /// The type of `ConnectionData`.
    public static let connectionData = RecordType(rawValue: 2)
    /// The type of `WatchData`.
    public static let watchData = RecordType(rawValue: 3)
    /// The type of `TransactionData`.
    public static let transactionData = RecordType(rawValue: 4)
    /// The type of `NodeData`.
    public static let nodeData = RecordType(rawValue: 5)
    /// The type of `GlobalQuotaData`.
    public static let globalQuotaData = RecordType(rawValue: 6)
    /// The type of `DomainData`.
    public static let domainData = RecordType(rawValue: 7)
    /// The type of `WatchDataExtended`.
    public static let watchDataExtended = RecordType(rawValue: 8)
    /// Not a type of the documents: an unknown line of a text, kept as it is. Its bytes are `LINE`.
    public static let textLine = RecordType(rawValue: 0x4C49_4E45)

    /// The types that the documents define, in the order of their numbers.
    public static let known: [RecordType] = (0...8).map(RecordType.init(rawValue:))

    /// Whether the documents define the type.
    public var isKnown: Bool {
        rawValue <= 8
    }

    /// The name in the documents; `UNKNOWN_0x..` with the number if they do not define the type.
    public var name: String {
        switch rawValue {
        case 0: "END"
        case 1: "GLOBAL_DATA"
        case 2: "CONNECTION_DATA"
        case 3: "WATCH_DATA"
        case 4: "TRANSACTION_DATA"
        case 5: "NODE_DATA"
        case 6: "GLOBAL_QUOTA_DATA"
        case 7: "DOMAIN_DATA"
        case 8: "WATCH_DATA_EXTENDED"
        case Self.textLine.rawValue: "TEXT_LINE"
        default: "UNKNOWN_0x" + String(rawValue, radix: 16)
        }
    }

    /// Compares the numbers.
    public static func < (left: RecordType, right: RecordType) -> Bool {
        left.rawValue < right.rawValue
    }
}
