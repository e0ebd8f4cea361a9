import XenstoreStream

/// The forms of a list of permissions in the archive.
package enum PermissionList {
    /// The form of `permset.raw`: perm, flags and domid (little-endian) of each entry, four bytes.
    static func raw(_ permissions: [Permission]) -> [UInt8] {
        Permission.bytes(of: permissions, .little)
    }

    /// The list of a `permset.raw`. If the length is not a multiple of 4, the rest is lost; the
    /// stream's digest then shows that.
    static func permissions(raw: Octets) -> [Permission] {
        raw.withUnsafeBytes { Permission.list($0, .little) }
    }

    /// The list as users write it: `n0,r5`; a stale entry as `r5:stale`, other flags as `r5:0x82`.
    package static func text(_ permissions: [Permission]) -> String {
        permissions.map(text).joined(separator: ",")
    }

    /// Appends the list to a text as `text` writes it.
    package static func append(_ permissions: [Permission], to text: inout [UInt8]) {
        for (index, permission) in permissions.enumerated() { append(permission, index, to: &text) }
    }

    /// Appends the list of a plain node to a text as `text` writes it.
    /// - Parameters:
    ///   - node: the node.
    ///   - stream: the bytes of the stream.
    ///   - text: the text so far.
    package static func append(_ node: PlainNode, in stream: UnsafeRawBufferPointer, to text: inout TextBuffer) {
        var index = 0
        while let permission = node.permission(index, in: stream) {
            if index > 0 { text.put(UInt8(ascii: ",")) }
            if permission.flags == 0, Permission.isLetter(permission.perm) {
                text.put(permission.perm)
                text.put(Int(permission.domid))
            } else {
                text.put(Array(Self.text(permission).utf8))
            }
            index += 1
        }
    }

    private static func append(_ permission: Permission, _ index: Int, to text: inout [UInt8]) {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        if permission.flags == 0, Permission.isLetter(permission.perm) {
            text.append(permission.perm)
            Decimal.append(permission.domid, to: &text)
        } else {
            text.append(contentsOf: Self.text(permission).utf8)
        }
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
        case ASCII.r: "r"
        case ASCII.w: "w"
        case ASCII.b: "b"
        case ASCII.n: "n"
        default: "0x" + String(perm, radix: 16)
        }
    }
}
