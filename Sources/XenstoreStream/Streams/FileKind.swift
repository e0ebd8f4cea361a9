/// What a file is that holds no image, as far as its bytes show it.
package enum FileKind {
    /// The kind with its article; nil if the bytes do not show it.
    package static func name(_ bytes: [UInt8]) -> String? {
        if bytes.isEmpty { return "an empty file" }
        if bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) { return elf(bytes) }
        if bytes.starts(with: sqlite) { return database(bytes) }
        for (start, name) in starts where bytes.starts(with: start.utf8) { return name }
        for (start, name) in binaryStarts where bytes.starts(with: start) { return name }
        if bytes.dropFirst(257).starts(with: "ustar".utf8) { return "a tar archive" }
        return ListingText.mayBeText(bytes) ? text(bytes) : nil
    }

    private static let sqlite = Array("SQLite format 3\0".utf8)

    private static let starts = [
        ("Xen saved domain", "a file of xl save, which has a guest's memory and none of its nodes"),
        ("LibxlFmt", "a migration stream of libxl, which has a guest's memory and none of its nodes"),
        ("XenSavedDom", "a suspend image of XAPI"), ("%PDF", "a PDF document"),
        ("<!DOCTYPE", "a web page"), ("<!doctype", "a web page"), ("<html", "a web page"), ("BZh", "a bzip2 file"),
        ("#!", "a script"), ("-----BEGIN", "a key or an encrypted message"),
    ]

    private static let binaryStarts: [([UInt8], String)] = [
        (
            Array(repeating: 0xFF, count: 8) + Array("XENF".utf8),
            "a migration stream of libxc, which has a guest's memory"
        ),
        ([0x1F, 0x8B], "a gzip file"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz file"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"), ([0x50, 0x4B, 3, 4], "a zip file"),
        ([0x89, 0x50, 0x4E, 0x47], "a picture"),
        ([0xFF, 0xD8, 0xFF], "a picture"),
    ]

    /// The type of an ELF file is the number at offset 16, in the byte order that offset 5 says.
    private static func elf(_ bytes: [UInt8]) -> String {
        guard bytes.count > 17 else { return "an ELF file" }
        return bytes[bytes[5] == 2 ? 17 : 16] == 4 ? "an ELF core" : "an ELF program"
    }

    /// An application's number is at offset 68.
    private static func database(_ bytes: [UInt8]) -> String {
        let mark = bytes.dropFirst(68).prefix(4)
        if mark.elementsEqual("xsra".utf8) { return "an archive of this program" }
        return mark.elementsEqual("xsrw".utf8) ? "a workspace of this program" : "an SQLite database"
    }

    // MARK: Texts

    private static func text(_ bytes: [UInt8]) -> String {
        let listing = ListingText(bytes)
        var (accessLines, traceLines) = (0, 0)
        for line in listing.source.lines.prefix(1000) {
            if isAccessLog(line.content) { accessLines += 1 }
            if isTrace(line.content) { traceLines += 1 }
        }
        if accessLines > 0 && accessLines >= traceLines { return "a xenstored access log" }
        if traceLines > 0 { return "a trace log of the C xenstored" }
        if listing.isDiff { return "a diff, not a listing" }
        if !listing.blocks.isEmpty {
            return "a text with lines of NAME = \"VALUE\", which may be a listing or a guest's configuration"
        }
        return "a text in which no line describes a node"
    }

    /// `[20261125T21:52:38.123Z]  D0 ...`
    private static func isAccessLog(_ line: Octets) -> Bool {
        fits(line, Array("[ddddddddTdd:dd:dd.dddZ]".utf8)[...])
    }

    /// `IN 0x55a01db9ac00 20261125 21:52:38 WATCH (...)`, with `io: ` before it from Xen 4.18 on.
    private static func isTrace(_ line: Octets) -> Bool {
        let words = line.split(separator: ASCII.space, maxSplits: 6)
        guard let place = words.firstIndex(where: { $0.elementsEqual("IN".utf8) || $0.starts(with: "OUT".utf8) }),
            place < 2
        else { return false }
        let pointer = words.dropFirst(place + 1).first ?? []
        return pointer.starts(with: "0x".utf8)
            && words.dropFirst(place + 2).contains { fits($0, Array("dd:dd:dd".utf8)[...]) }
    }

    /// Whether a text begins as a form says: a `d` is a digit, everything else itself.
    private static func fits(_ text: Octets, _ form: Octets) -> Bool {
        guard text.count >= form.count else { return false }
        return zip(text, form).allSatisfy { $1 == UInt8(ascii: "d") ? ASCII.isDigit($0) : $0 == $1 }
    }
}
