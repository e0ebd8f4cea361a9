/// The last list of permissions that was read: a node's neighbours often have the same, and need no list of their own.
final class PermissionCache {
    private var octets: Octets = []
    private var list: [Permission] = []

    /// The permissions that `octets`, four for each, hold.
    func list(_ octets: Octets, isBigEndian: Bool) -> [Permission] {
        if !octets.hasSameBytes(as: self.octets) {
            self.octets = octets
            list = stride(from: octets.startIndex, to: octets.endIndex, by: 4).map { place in
                let (low, high) = (UInt16(octets[place + 2]), UInt16(octets[place + 3]))
                return Permission(
                    perm: octets[place], flags: octets[place + 1],
                    domid: isBigEndian ? low << 8 | high : high << 8 | low)
            }
        }
        return list
    }
}
