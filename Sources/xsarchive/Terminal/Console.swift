import XenstoreArchive
import XenstoreStream

/// Standard output and standard error: data on the one, everything else on the other.
///
/// One thread prints, so the buffer needs no lock; another one shows progress (`Progress`).
enum Console {
    nonisolated(unsafe) private static var buffer: [UInt8] = []

    static func print(_ text: String, terminator: String = "\n") {
        buffer.append(contentsOf: text.utf8)
        buffer.append(contentsOf: terminator.utf8)
        if buffer.count >= 1 << 16 { flush() }
    }

    /// Appends to what is printed, without a String for each piece.
    static func write(_ append: (inout [UInt8]) -> Void) {
        append(&buffer)
        if buffer.count >= 1 << 16 { flush() }
    }

    /// Prints a text and makes it empty.
    static func write(_ text: inout TextBuffer) {
        text.withBytes { buffer.append(contentsOf: $0) }
        text.removeAll()
        if buffer.count >= 1 << 16 { flush() }
    }

    static func write(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 16 { flush() }
    }

    /// Writes everything printed so far to standard output. If that fails, as on a full disk, the
    /// program ends.
    static func flush() {
        let bytes = buffer
        buffer = []
        guard let last = bytes.last else { return }
        do {
            try Progress.withoutLine(isMidLine: last != ASCII.newline && Terminal.isStandardOutput) {
                try FileIO.writeStandardOutput(bytes[...])
            }
        } catch {
            note("xsarchive: \(error)")
            Exit.now(.trouble)
        }
    }

    /// Prints an error on standard error, after the program's name, which is red on a terminal.
    static func complain(_ message: String) {
        let name = Style.isOn(terminal: Terminal.isStandardError) ? Style.error.painted("xsarchive:") : "xsarchive:"
        Progress.withoutLine { FileIO.writeStandardError(Octets((name + " " + Escape.harmless(message) + "\n").utf8)) }
    }

    /// Prints a line on standard error, escaped: it may contain names and bytes from an image.
    static func note(_ line: String) {
        Progress.withoutLine { FileIO.writeStandardError(Octets((Escape.harmless(line) + "\n").utf8)) }
    }
}
