import XenstoreStream

/// The forms of a list of permissions in the archive.
public enum PermissionList {
    /// 4 octets each: perm, flags, domid in little-endian.
    static func raw(_ permissions: [Permission]) -> [UInt8] {
        var bytes: [UInt8] = []
        for permission in permissions {
            bytes.append(permission.perm)
            bytes.append(permission.flags)
            bytes.append(UInt8(truncatingIfNeeded: permission.domid))
            bytes.append(UInt8(truncatingIfNeeded: permission.domid >> 8))
        }
        return bytes
    }

    /// The list from its octets; a length that is no multiple of 4 loses the rest, which the stream's digest then shows.
    static func permissions(raw: Octets) -> [Permission] {
        let bytes = Array(raw)
        var permissions: [Permission] = []
        for start in stride(from: 0, to: bytes.count - bytes.count % 4, by: 4) {
            let domid = UInt16(bytes[start + 2]) | UInt16(bytes[start + 3]) << 8
            permissions.append(Permission(perm: bytes[start], flags: bytes[start + 1], domid: domid))
        }
        return permissions
    }

    /// The list as people write it: `n0,r5`; a stale entry as `r5:stale`, other flags as `r5:0x82`.
    public static func text(_ permissions: [Permission]) -> String {
        permissions.map(text).joined(separator: ",")
    }

    private static func text(_ permission: Permission) -> String {
        var text = letter(permission.perm)
        if text.count > 1 { text += ":" }
        text += String(permission.domid)
        switch permission.flags {
        case 0: break
        case 1: text += ":stale"
        default: text += ":0x" + String(permission.flags, radix: 16)
        }
        return text
    }

    /// `r`, `w`, `b` or `n`; `0x..` for any other byte.
    static func letter(_ perm: UInt8) -> String {
        switch perm {
        case 0x72: "r"
        case 0x77: "w"
        case 0x62: "b"
        case 0x6E: "n"
        default: "0x" + String(perm, radix: 16)
        }
    }
}
