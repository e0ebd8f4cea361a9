import Crypto
import XenstoreStream

/// A hash with a secret key: HMAC-SHA-256.
package enum KeyedHash {
    /// The hash as 64 hexadecimal digits.
    package static func hexadecimal(_ bytes: Octets, key: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(bytes), using: SymmetricKey(data: key))
        return Hexadecimal.text(Octets(code))
    }

    /// A new secret key: 32 random bytes.
    package static func randomKey() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
