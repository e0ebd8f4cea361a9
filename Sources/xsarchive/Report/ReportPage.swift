import ReportAssets
import XenstoreArchive
import XenstoreStream

/// A report as one self-contained page: no network, no external script.
///
/// The policy at its top permits only the page's own script, identified by its digest. Content from
/// an image is in a block of data, which no browser runs, and reaches the page only as text.
enum ReportPage {
    static func html(title: String, data: JSON) -> [UInt8] {
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
        var page = Array(head.utf8)
        page += style
        let notice = "This page needs its built-in script to show the data; allow scripts for it."
        page += Array("</style>\n</head>\n<body>\n<noscript>\(notice)</noscript>\n".utf8)
        page += Array("<script type=\"application/json\" id=\"data\">".utf8)
        page += inert(data)
        page += Array("</script>\n<script>".utf8)
        page += script
        page += Array("</script>\n</body>\n</html>\n".utf8)
        return page
    }

    /// JSON that contains nothing HTML could interpret. `<`, `>` and `&` occur only in strings,
    /// where their escapes mean the same.
    private static func inert(_ data: JSON) -> [UInt8] {
        var text: [UInt8] = []
        data.write(to: &text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + text.count / 16)
        var rest = text[...]
        while true {
            let harmless = rest.prefix { $0 != 0x3C && $0 != 0x3E && $0 != 0x26 }
            bytes += harmless
            rest = rest[harmless.endIndex...]
            switch rest.popFirst() {
            case 0x3C: bytes += Array("\\u003c".utf8)
            case 0x3E: bytes += Array("\\u003e".utf8)
            case 0x26: bytes += Array("\\u0026".utf8)
            default: return bytes
            }
        }
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
