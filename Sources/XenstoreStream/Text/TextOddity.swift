/// What can be odd about the bytes of one record of a text, apart from its fields; each case is a
/// kind of finding.
enum TextOddity {
    case damagedSpan, oddLine, setPad
    case tdbTailer, tdbHash, tdbChain, tdbFreeList, tdbData, freedRecord
    case missingChild, unnamedChild
}
