import XenstoreStream

/// A coding of values for which no two lists give the same bytes: the length in bytes, a colon, the
/// bytes, a comma (cr.yp.to, "Netstrings"); NULL is a minus sign and a comma.
enum Netstring {
    static func bytes(_ value: String?) -> [UInt8] {
        guard let value else { return Array("-,".utf8) }
        let octets = Array(value.utf8)
        return Array("\(octets.count):".utf8) + octets + [ASCII.comma]
    }
}
