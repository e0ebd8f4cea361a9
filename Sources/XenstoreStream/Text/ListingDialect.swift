/// The lines of `xenstore-ls -f -p`, one for each node but the root:
///
///     /local/domain/1/name = "web01"   (n0,r1)
///
/// Without `-p`, a line ends after the value. Paths and values are escaped: `\t`, `\n`, `\r`, `\\`,
/// `\000` to `\007`, and `\x7f` for everything else that is not printable ASCII. A quotation mark
/// is not escaped.
struct ListingDialect: TextDialect {
    let layout = Layout.listing
    let isPartial = true
    let head: [UInt8] = []

    private static let beforeValue = Array(" = \"".utf8)
    private static let beforePerms = Array("\"   (".utf8)

    func recognizes(_ text: Octets) -> String? {
        guard Path.isFixed(text), case .record = Self.read(TextLine(startOf: text).content) else { return nil }
        return "the first line is one of xenstore-ls -f"
    }

    func read(_ text: Octets, isFirst: Bool) -> TextItem {
        let line = TextLine(startOf: text)
        return line.item(Self.read(line.content))
    }

    /// A line without its newline.
    private static func read(_ line: Octets) -> TextLine.Content {
        guard Path.isFixed(line) else { return .unknown("the line does not begin with a path") }
        // A path has no space; a value may contain anything.
        guard let value = firstRange(of: beforeValue, in: line) else { return .unknown("the line has no value") }
        var end = line.endIndex
        var perms: [Permission] = []
        if line.last == ASCII.closeParenthesis, let start = lastRange(of: beforePerms, in: line[value.upperBound...]),
            let list = TextPermissions.read(line[start.upperBound..<end - 1], separator: ASCII.comma)
        {
            perms = list
            end = start.lowerBound + 1
        }
        guard end > value.upperBound, line[end - 1] == ASCII.quote else {
            return .unknown("the value has no closing quotation mark")
        }
        guard let path = unescape(line[..<value.lowerBound]), let octets = unescape(line[value.upperBound..<end - 1])
        else {
            return .unknown("the line has an escape that xenstore-ls does not write")
        }
        guard path.count < OxenstoredDialect.longest, octets.count <= OxenstoredDialect.longest,
            perms.count <= OxenstoredDialect.longest
        else {
            return .unknown("the path, the value or the permissions are longer than a node can have")
        }
        return .record(.node(NodeData(path: TerminatedString(path[...]), value: octets[...], perms: perms)))
    }

    private static func firstRange(of pattern: [UInt8], in octets: Octets) -> Range<Int>? {
        var start = octets.startIndex
        while start + pattern.count <= octets.endIndex {
            if octets[start..<start + pattern.count].elementsEqual(pattern) { return start..<start + pattern.count }
            start += 1
        }
        return nil
    }

    private static func lastRange(of pattern: [UInt8], in octets: Octets) -> Range<Int>? {
        var start = octets.endIndex - pattern.count
        while start >= octets.startIndex {
            if octets[start..<start + pattern.count].elementsEqual(pattern) { return start..<start + pattern.count }
            start -= 1
        }
        return nil
    }

    func line(of body: RecordBody) -> [UInt8] {
        guard case .node(let data) = body else { return [] }
        var line = ToolEscape.text(data.path.octets) + Self.beforeValue + ToolEscape.text(data.value)
        if data.perms.isEmpty {
            line.append(ASCII.quote)
        } else {
            line +=
                Self.beforePerms + TextPermissions.text(data.perms, separator: ASCII.comma) + [ASCII.closeParenthesis]
        }
        return line + [ASCII.newline]
    }

    /// The bytes before they were escaped; nil if an escape is not one of xenstore-ls.
    private static func unescape(_ text: Octets) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == ASCII.backslash else {
                result.append(byte)
                continue
            }
            switch rest.popFirst() {
            case ASCII.t: result.append(ASCII.tab)
            case ASCII.n: result.append(ASCII.newline)
            case ASCII.r: result.append(ASCII.carriageReturn)
            case ASCII.backslash: result.append(ASCII.backslash)
            case ASCII.x:
                guard rest.count >= 2, let octets = Hexadecimal.read(rest.prefix(2)) else { return nil }
                result += octets
                rest = rest.dropFirst(2)
            case ASCII.zero:
                guard rest.first == ASCII.zero, let last = rest.dropFirst().first,
                    (ASCII.zero...ASCII.seven).contains(last)
                else {
                    return nil
                }
                result.append(last - ASCII.zero)
                rest = rest.dropFirst(2)
            default: return nil
            }
        }
        return result
    }
}
