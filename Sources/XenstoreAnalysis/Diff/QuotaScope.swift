import XenstoreStream

/// What a quota applies to.
enum QuotaScope: Hashable {
    case host, domainDefault
    case domain(UInt16)
}
