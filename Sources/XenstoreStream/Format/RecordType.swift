/// The type number of a record, known or not (xenstore-migration.md, "Records").
public struct RecordType: Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let end = RecordType(rawValue: 0)
    public static let globalData = RecordType(rawValue: 1)
    public static let connectionData = RecordType(rawValue: 2)
    public static let watchData = RecordType(rawValue: 3)
    public static let transactionData = RecordType(rawValue: 4)
    public static let nodeData = RecordType(rawValue: 5)
    public static let globalQuotaData = RecordType(rawValue: 6)
    public static let domainData = RecordType(rawValue: 7)
    public static let watchDataExtended = RecordType(rawValue: 8)
    /// No type of the documents: a line of a text that says nothing known, kept as it is. Its octets are `LINE`.
    public static let textLine = RecordType(rawValue: 0x4C49_4E45)

    /// The types that the documents define, in the order of their numbers.
    public static let known: [RecordType] = (0...8).map(RecordType.init(rawValue:))

    public var isKnown: Bool {
        rawValue <= 8
    }

    /// The name in the documents, or `UNKNOWN_0x..` with the number.
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

    public static func < (left: RecordType, right: RecordType) -> Bool {
        left.rawValue < right.rawValue
    }
}
