/// Writes tars that no program would write.
public struct TarFile {
    private var entries: [UInt8] = []

    public init() {}

    /// A whole tar with the entries so far.
    public var bytes: [UInt8] {
        entries + [UInt8](repeating: 0, count: 1024)
    }

    /// Adds the entries of another tar, several times.
    public mutating func add(_ other: TarFile, times: Int) {
        for _ in 0..<times { entries += other.entries }
    }

    /// Adds an entry.
    /// - Parameters:
    ///   - name: at most 100 bytes.
    ///   - type: `0` a file, `1` a hard link, `2` a symbolic link, `3` and `4` a device, `5` a
    ///     directory, `6` a pipe.
    ///   - size: the stated size; nil: that of the content.
    ///   - change: changes the header before its checksum is computed.
    public mutating func add(
        _ name: [UInt8], _ content: [UInt8] = [], type: Character = "0", link: String = "", size: Int? = nil,
        modified: Int = 1_700_000_000, change: (inout [UInt8]) -> Void = { _ in }
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, _ offset: Int) {
            for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> [UInt8] {
            let text = String(number, radix: 8)
            return Array((String(repeating: "0", count: digits - text.utf8.count) + text).utf8)
        }
        put(name, 0)
        put(octal(0o644, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(size ?? content.count, 11), 124)
        put(octal(modified, 11), 136)
        put("        ".utf8, 148)
        put(String(type).utf8, 156)
        put(link.utf8, 157)
        put("ustar\0".utf8, 257)
        put("00".utf8, 263)
        put(octal(1, 7), 329)
        put(octal(7, 7), 337)
        change(&header)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], 148)
        entries += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The same with a name of characters.
    public mutating func add(
        _ name: String, _ content: [UInt8] = [], type: Character = "0", link: String = "", size: Int? = nil,
        modified: Int = 1_700_000_000, change: (inout [UInt8]) -> Void = { _ in }
    ) {
        add(Array(name.utf8), content, type: type, link: link, size: size, modified: modified, change: change)
    }
}
