import XenstoreStream

enum QuotaScope: Hashable {
    case host, domainDefault
    case domain(UInt16)
}
