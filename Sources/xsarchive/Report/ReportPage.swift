import ReportAssets
import XenstoreArchive
import XenstoreStream

/// A report as one self-contained page: no network, no external script.
///
/// The policy at its top permits only the page's own script, identified by its digest. Content from
/// an image is in a block of data, which no browser runs, and reaches the page only as text.
enum ReportPage {
    /// A member of the page's data, which is made when its turn comes.
    typealias Member = (name: String, value: () throws -> JSON)

    /// Writes a page, a part at a time.
    /// - Throws: what making a member throws, and what `output` throws.
    static func write(title: String, members: [Member], to output: (Octets) throws -> Void) throws {
        let (style, script) = (Array(ReportAssets.style.utf8), Array(ReportAssets.script.utf8))
        let policy =
            "default-src 'none'; script-src 'sha256-\(Digest.sha256Base64(script))'; style-src "
            + "'sha256-\(Digest.sha256Base64(style))'; "
            + "base-uri 'none'; form-action 'none'"
        let head = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>\(text(title))</title>
            <style>
            """
        var part = Array(head.utf8)
        part += style
        let notice = "This page needs its built-in script to show the data; allow scripts for it."
        part += Array("</style>\n</head>\n<body>\n<noscript>\(notice)</noscript>\n".utf8)
        part += Array("<script type=\"application/json\" id=\"data\">".utf8)
        for (index, member) in members.enumerated() {
            begin(member.name, isFirst: index == 0, &part)
            try write(member.value(), &part, to: output)
        }
        part += Array("}</script>\n<script>".utf8)
        part += script
        part += Array("</script>\n</body>\n</html>\n".utf8)
        try output(part[...])
    }

    /// Writes a member's value; the members of an object are parts of their own.
    private static func write(_ value: JSON, _ part: inout [UInt8], to output: (Octets) throws -> Void) throws {
        guard case .object(let members) = value, !members.isEmpty else {
            value.write(to: &part, inHTML: true)
            try output(part[...])
            return part.removeAll(keepingCapacity: true)
        }
        for (index, member) in members.enumerated() {
            begin(member.0, isFirst: index == 0, &part)
            try write(member.1, &part, to: output)
        }
        part.append(UInt8(ascii: "}"))
    }

    /// Begins a member of an object, and with the first one the object.
    private static func begin(_ name: String, isFirst: Bool, _ part: inout [UInt8]) {
        part += Array((isFirst ? "{" : ",").utf8)
        JSON.string(name).write(to: &part, inHTML: true)
        part.append(UInt8(ascii: ":"))
    }

    private static func text(_ title: String) -> String {
        var result = ""
        for scalar in Escape.printable(title).unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
