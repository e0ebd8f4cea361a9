import XenstoreStream

/// The forms of containers that can be read, recognized by a file's first bytes, not by its name.
public enum ContainerForm: String, CaseIterable, Sendable {
    /// Each form has the name by which people know it.
    case tar, zip

    /// The number of bytes needed to recognize the form: the first header of a tar.
    static let markSize = 512

    /// The form of a file that begins with these bytes; nil if it is not one of them.
    init?(start: Octets) {
        if Self.zipMarks.contains(where: { start.starts(with: $0) }) {
            self = .zip
        } else if Self.isTarHeader(start.prefix(Self.markSize)) {
            self = .tar
        } else {
            return nil
        }
    }

    /// The first bytes of a zip with members, and of one without (APPNOTE.TXT, 4.3.7 and 4.3.16).
    private static let zipMarks: [[UInt8]] = [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]]

    /// The place of the checksum in a header: octal digits, and NULs or blanks around them (POSIX,
    /// pax, "ustar Interchange Format").
    private static let checksumPlace = 148..<156

    /// Whether the bytes are the header of a member, by its checksum, which every form of tar has:
    /// the sum of all bytes, with blanks instead of the checksum.
    private static func isTarHeader(_ header: Octets) -> Bool {
        guard header.count == markSize else { return false }
        var (sum, stated, digits) = (0, 0, 0)
        for (offset, byte) in header.enumerated() {
            guard checksumPlace.contains(offset) else {
                sum += Int(byte)
                continue
            }
            sum += 0x20
            if (0x30...0x37).contains(byte) {
                stated = stated << 3 | Int(byte - 0x30)
                digits += 1
            } else if byte != 0 && byte != 0x20 {
                return false
            }
        }
        return digits > 0 && sum == stated
    }
}
