import XenstoreStream

/// The file as a daemon has it in memory: the daemon can read past the end, where zeros fill the
/// last page.
struct RestoreMemory {
    let bytes: [UInt8]

    /// The end of the file's last page.
    var mappedEnd: Int {
        (bytes.count + 4095) / 4096 * 4096
    }

    func byte(_ offset: Int) -> UInt8 {
        bytes.indices.contains(offset) ? bytes[offset] : 0
    }

    func number16(_ offset: Int) -> Int {
        Int(byte(offset)) | Int(byte(offset + 1)) << 8
    }

    func number32(_ offset: Int) -> Int {
        number16(offset) | number16(offset + 2) << 16
    }

    /// The bytes from `offset` to the next NUL, which is in the file or directly after it; at most
    /// `limit`.
    func string(_ offset: Int, limit: Int) -> Octets {
        guard offset < bytes.count else { return [] }
        let octets = bytes[offset...].prefix(limit)
        return octets[..<(octets.firstIndex(of: 0) ?? octets.endIndex)]
    }

    func isZero(_ range: Range<Int>) -> Bool {
        bytes[range.clamped(to: 0..<bytes.count)].isZero
    }
}
