#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A text file of the repository.
///
/// The rules work on bytes: in a debug build, `Character` is slow.
struct TextFile: Sendable {
    /// From the repository's top directory.
    let path: String
    let bytes: [UInt8]

    var text: String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// The lines without their line feeds.
    var lines: [Range<Int>] {
        bytes.lines
    }

    /// The number of a line, from 1 on, that contains the byte.
    func lineNumber(of offset: Int) -> Int {
        bytes[..<offset].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    }
}

extension [UInt8] {
    /// The lines without their line feeds; a line feed at the end begins no further line.
    var lines: [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        withUnsafeBytes { buffer in
            while start < buffer.count, let base = buffer.baseAddress {
                let found = memchr(base + start, 0x0A, buffer.count - start)
                let end = found.map { base.distance(to: UnsafeRawPointer($0)) } ?? buffer.count
                lines.append(start..<end)
                start = end + 1
            }
        }
        return lines
    }

    /// Where a string occurs.
    func offsets(of part: String) -> [Int] {
        let part = Array(part.utf8)
        var offsets: [Int] = []
        var start = 0
        withUnsafeBytes { buffer in
            while start + part.count <= buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + start, Int32(part[0]), buffer.count - part.count + 1 - start)
            {
                if memcmp(found, part, part.count) == 0 { offsets.append(base.distance(to: UnsafeRawPointer(found))) }
                start = base.distance(to: UnsafeRawPointer(found)) + 1
            }
        }
        return offsets
    }

    /// The number of Unicode scalars in a part.
    func width(_ range: Range<Int>) -> Int {
        var width = 0
        for index in range where self[index] & 0xC0 != 0x80 { width += 1 }
        return width
    }

    /// The first byte of a part that is not a space, or the part's end.
    func firstNonSpace(_ range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound && self[index] == 0x20 { index += 1 }
        return index
    }

    /// Whether a string is at an offset.
    func hasPrefix(_ prefix: StaticString, at offset: Int) -> Bool {
        guard offset + prefix.utf8CodeUnitCount <= count else { return false }
        for index in 0..<prefix.utf8CodeUnitCount where self[offset + index] != prefix.utf8Start[index] {
            return false
        }
        return true
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: self[range], as: UTF8.self)
    }
}

extension UInt8 {
    /// Whether the byte can be part of an identifier or a word; bytes of non-ASCII characters can.
    var isWord: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x80...0xFF: true
        default: false
        }
    }
}
