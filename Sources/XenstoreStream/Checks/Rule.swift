/// What can be wrong or odd in an image; each case is one kind of finding.
///
/// The sources are xenstore-migration.md (the format) and xenstore.txt (the protocol) of Xen.
public enum Rule: String, CaseIterable, Sendable {
    // The stream as a whole
    case noHeader = "no-header"
    case reservedFlags = "reserved-flags"
    case headerVersion = "header-version"
    case headerByteOrder = "header-byte-order"
    case layoutLikely = "layout-likely"
    case layoutUndecided = "layout-undecided"
    case noEnd = "no-end"
    case endBody = "end-body"
    case trailer = "trailer"
    case recordsBehindEnd = "records-behind-end"
    case noRecords = "no-records"
    // Lines of a text
    case unknownLine = "unknown-line"
    case oddLine = "odd-line"
    case cutLine = "cut-line"
    // Listings, as people paste them
    case otherText = "other-text"
    case textEncoding = "text-encoding"
    case quotedPrintable = "quoted-printable"
    case carriageReturns = "carriage-returns"
    case quotedText = "quoted-text"
    case unwrappedLine = "unwrapped-line"
    case cutValue = "cut-value"
    case unknownValue = "unknown-value"
    case cutName = "cut-name"
    case treeIndentation = "tree-indentation"
    case unknownRoot = "unknown-root"
    case filteredListing = "filtered-listing"
    case listingError = "listing-error"
    // Records of a TDB file, and nodes of a C xenstored's database
    case tdbTailer = "tdb-tailer"
    case tdbHash = "tdb-hash"
    case tdbChain = "tdb-chain"
    case tdbFreeList = "tdb-free-list"
    case tdbData = "tdb-data"
    case freedRecord = "freed-record"
    case missingChild = "missing-child"
    case unnamedChild = "unnamed-child"
    // Framing
    case damagedSpan = "damaged-span"
    case lengthLies = "length-lies"
    case lengthRule = "length-rule"
    case slack = "slack"
    case hiddenRecord = "hidden-record"
    case dirtyPadding = "dirty-padding"
    // Records
    case unknownType = "unknown-type"
    case typeNotInLayout = "type-not-in-layout"
    case watchWithoutDepth = "watch-without-depth"
    case setPad = "set-pad"
    case unterminated = "unterminated"
    case innerNUL = "inner-nul"
    case notUTF8 = "not-utf8"
    case connectionType = "connection-type"
    case connIDZero = "conn-id-zero"
    case reservedDomid = "reserved-domid"
    case outRespLength = "out-resp-len"
    case permLetter = "perm-letter"
    case noPerms = "no-perms"
    case manyPerms = "many-perms"
    case committedTransaction = "committed-tx"
    case pendingAccess = "pending-access"
    case pathForm = "path-form"
    case pathCharacters = "path-characters"
    case pathLength = "path-length"
    case quotaName = "quota-name"
    // References between records
    case repeatedRecord = "repeated-record"
    case duplicateConnection = "duplicate-connection"
    case duplicateDomain = "duplicate-domain"
    case unknownConnection = "unknown-connection"
    case lateConnection = "late-connection"
    case unknownTransaction = "unknown-transaction"
    case unknownTarget = "unknown-target"
    case duplicateNode = "duplicate-node"
    case missingParent = "missing-parent"
    case lateParent = "late-parent"
    case ownerWithoutConnection = "owner-without-connection"

    /// How severe the rule's findings are.
    public var severity: Finding.Severity {
        switch self {
        case .noHeader, .headerByteOrder, .hiddenRecord, .noEnd, .recordsBehindEnd, .damagedSpan, .lengthLies,
            .outRespLength, .noPerms, .duplicateConnection,
            .duplicateNode, .missingParent, .lateParent, .unknownConnection, .lateConnection,
            .tdbTailer, .tdbHash, .tdbChain, .missingChild, .unnamedChild:
            .error
        case .reservedFlags, .headerVersion, .layoutLikely, .layoutUndecided, .endBody, .trailer, .slack, .unknownType,
            .typeNotInLayout, .watchWithoutDepth, .unterminated, .innerNUL, .connectionType, .connIDZero,
            .reservedDomid,
            .permLetter, .pendingAccess, .pathForm, .pathCharacters, .pathLength, .quotaName, .repeatedRecord,
            .duplicateDomain,
            .unknownTransaction, .unknownTarget, .ownerWithoutConnection, .unknownLine, .cutLine, .treeIndentation,
            .listingError, .tdbFreeList, .tdbData:
            .warning
        case .oddLine, .noRecords, .lengthRule, .dirtyPadding, .setPad, .notUTF8, .manyPerms, .committedTransaction,
            .otherText, .textEncoding, .quotedPrintable, .carriageReturns, .quotedText, .unwrappedLine, .cutValue,
            .unknownValue,
            .cutName, .unknownRoot, .filteredListing, .freedRecord:
            .info
        }
    }

    /// What the documents require or healthy daemons write instead.
    public var expected: String {
        switch self {
        case .noHeader: "16 bytes that begin with \"xenstore\""
        case .reservedFlags: "header flags other than bit 0 are zero"
        case .headerVersion: "version 1 for draft and v1, version 2 for v2"
        case .headerByteOrder: "the byte order of the records in bit 0 of the header flags"
        case .layoutLikely: "records that all fit one layout"
        case .layoutUndecided: "a record that fits only one layout"
        case .noEnd: "an END record as the last one"
        case .endBody: "END has no body"
        case .trailer: "nothing after END"
        case .recordsBehindEnd: "END is the last record"
        case .noRecords: "at least one record before END"
        case .unknownLine: "a line that the format defines"
        case .oddLine: "a line exactly as the daemon or the tool writes it"
        case .cutLine: "a whole last line, and a newline after it"
        case .otherText: "only lines of xenstore-ls"
        case .textEncoding: "UTF-8 without a byte-order mark, as the tool writes it"
        case .quotedPrintable: "the lines as the tool writes them"
        case .carriageReturns: "lines that end with a newline alone"
        case .quotedText: "lines that begin with the node"
        case .unwrappedLine: "one line for each node"
        case .cutValue: "whole values, as xenstore-ls -f prints them"
        case .cutName: "whole names, as xenstore-ls -f prints them"
        case .unknownValue: "a value between quotation marks"
        case .treeIndentation: "each node one column further in than its parent"
        case .unknownRoot: "a command above the listing that names the path"
        case .filteredListing: "every line that the tool printed"
        case .listingError: "a listing by a domain that may read every node"
        case .tdbTailer: "a record that ends with its size"
        case .tdbHash: "the hash of the record's key"
        case .tdbChain: "each record in use once in the chain of its hash, and no other record in a chain"
        case .tdbFreeList: "each freed record once in the free list, and no other record in it"
        case .tdbData: "a path as the key, and a node's permissions, value and children as the data"
        case .freedRecord: "freed records without a node"
        case .missingChild: "a node for each child that a node names"
        case .unnamedChild: "a parent that names each of its children"
        case .damagedSpan: "a record"
        case .lengthLies: "a len that ends where the next record begins"
        case .lengthRule: "a len that counts the padding if the other records of the image do, and only then"
        case .slack: "a body that ends with its last field"
        case .hiddenRecord: "one record after another, none inside another"
        case .dirtyPadding: "padding that is zero"
        case .unknownType: "types 0 to 8"
        case .typeNotInLayout: "a type that the layout's document defines"
        case .watchWithoutDepth: "depth and pad between token-len and wpath"
        case .setPad: "reserved bytes and bits are zero"
        case .unterminated: "a string whose last byte is NUL"
        case .innerNUL: "no NUL before the last byte"
        case .notUTF8: "valid UTF-8"
        case .connectionType: "conn-type 0 (ring) or 1 (socket)"
        case .connIDZero: "a conn-id other than 0"
        case .reservedDomid: "a domid below 0x7FF0"
        case .outRespLength: "an out-resp-len of at most out-data-len"
        case .permLetter: "one of the letters w, r, b, n"
        case .noPerms: "at least the owner's entry"
        case .manyPerms: "at most 255 entries"
        case .committedTransaction: "tx-id and access 0 if conn-id is 0"
        case .pendingAccess: "only bits 0 and 1 in access; no value and no perms in a deleted node"
        case .pathForm: "an absolute path without empty parts, or one that begins with @"
        case .pathCharacters: "ASCII letters, digits and - / _ @"
        case .pathLength: "at most 3072 bytes with the NUL"
        case .quotaName: "a name of printable ASCII that occurs once in the record"
        case .repeatedRecord: "one record of the type"
        case .duplicateConnection: "a different conn-id for each connection"
        case .duplicateDomain: "one ring and one DOMAIN_DATA for each domid"
        case .unknownConnection: "a CONNECTION_DATA with this conn-id"
        case .lateConnection: "the CONNECTION_DATA before the records that refer to it"
        case .unknownTransaction: "a TRANSACTION_DATA with this conn-id and tx-id before it"
        case .unknownTarget: "the target's connection before this one"
        case .duplicateNode: "each path once"
        case .missingParent: "a node with the parent's path"
        case .lateParent: "the parent before its child"
        case .ownerWithoutConnection: "an owner that has a connection"
        }
    }
}
