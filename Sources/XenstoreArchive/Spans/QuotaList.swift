import XenstoreStream

/// The form of a list of quotas in the archive.
enum QuotaList {
    static func raw(_ quotas: [Quota]) -> [UInt8] {
        var bytes: [UInt8] = []
        for quota in quotas {
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: quota.value >> shift)) }
            bytes.append(contentsOf: quota.name)
            bytes.append(0)
        }
        return bytes
    }

    /// The list from its bytes; what does not parse is lost, and the stream's digest then shows
    /// that.
    static func quotas(raw: Octets) -> [Quota] {
        var quotas: [Quota] = []
        var rest = raw
        while rest.count >= 5, let end = rest.dropFirst(4).firstIndex(of: 0) {
            let value = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            quotas.append(Quota(name: rest[(rest.startIndex + 4)..<end], value: value))
            rest = rest[(end + 1)...]
        }
        return quotas
    }
}
