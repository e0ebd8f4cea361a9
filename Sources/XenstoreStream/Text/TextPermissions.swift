/// Permissions like `n0` and `r5`, one after another.
package enum TextPermissions {
    /// Nil if one of them is not a permission.
    package static func read(_ text: Octets, separator: UInt8) -> [Permission]? {
        var list: [Permission] = []
        for word in text.split(separator: separator, omittingEmptySubsequences: false) {
            guard let letter = word.first, Permission.isLetter(letter),
                let domid = TextNumber.read(word.dropFirst(), as: UInt16.self)
            else { return nil }
            list.append(Permission(perm: letter, domid: domid))
        }
        return list
    }

    package static func text(_ perms: [Permission], separator: UInt8) -> [UInt8] {
        var text: [UInt8] = []
        for perm in perms {
            if !text.isEmpty { text.append(separator) }
            text.append(perm.perm)
            text += Array(String(perm.domid).utf8)
        }
        return text
    }
}
