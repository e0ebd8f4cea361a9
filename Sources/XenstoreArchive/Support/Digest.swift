import Crypto
import XenstoreStream

/// A running SHA-256.
package struct Digest {
    private var hash = SHA256()
    /// The number of bytes hashed so far.
    private(set) var count = 0

    mutating func update(_ bytes: Octets) {
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        count += bytes.count
    }

    mutating func update(_ bytes: [UInt8]) {
        update(bytes[...])
    }

    /// The digest of the bytes so far, as 64 hexadecimal digits.
    func hexadecimal() -> String {
        Hexadecimal.text(hash.finalize())
    }

    /// The digest of all `bytes`, as 64 hexadecimal digits.
    package static func sha256(_ bytes: [UInt8]) -> String {
        var digest = Digest()
        digest.update(bytes)
        return digest.hexadecimal()
    }

    /// The digest of all `bytes` in the base 64 of RFC 4648, the form in which a page's security
    /// policy names a script.
    package static func sha256Base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let digest = Array(SHA256.hash(data: bytes))
        var text: [UInt8] = []
        for start in stride(from: 0, to: digest.count, by: 3) {
            let group = digest[start..<min(start + 3, digest.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0...group.count { text.append(alphabet[Int(bits >> (18 - 6 * UInt32(place)) & 63)]) }
            text += Array(repeating: 0x3D, count: 3 - group.count)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
