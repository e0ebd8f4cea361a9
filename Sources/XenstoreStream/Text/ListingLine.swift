/// The lines of `xenstore-ls -f -p`, one for each node but the root:
///
///     /local/domain/1/name = "web01"   (n0,r1)
///
/// Without `-p` a line ends behind the value. Paths and values are escaped: `\t`, `\n`, `\r`, `\\`, `\000` to `\007`, and `\x7f`
/// for all else that is no printable ASCII. A quotation mark is not escaped.
enum ListingLine {
    private static let beforeValue = Array(" = \"".utf8)
    private static let beforePerms = Array("\"   (".utf8)

    /// Whether a text begins as such a listing does.
    static func begins(_ text: Octets) -> Bool {
        guard Path.isFixed(text) else { return false }
        let line = text.prefix { $0 != ASCII.newline }
        if case .record = read(line.last == ASCII.carriageReturn ? line.dropLast() : line) { return true }
        return false
    }

    /// A line without its newline.
    static func read(_ line: Octets) -> LineContent {
        guard Path.isFixed(line) else { return .unknown("the line begins with no path") }
        // No path has a space, and every value may have anything.
        guard let value = firstRange(of: beforeValue, in: line) else { return .unknown("the line has no value") }
        var end = line.endIndex
        var perms: [Permission] = []
        if line.last == ASCII.closeParenthesis, let start = lastRange(of: beforePerms, in: line[value.upperBound...]),
            let list = TextPermissions.read(line[start.upperBound..<end - 1], separator: ASCII.comma)
        {
            perms = list
            end = start.lowerBound + 1
        }
        guard end > value.upperBound, line[end - 1] == ASCII.quote else { return .unknown("the value has no end") }
        guard let path = unescape(line[..<value.lowerBound]), let octets = unescape(line[value.upperBound..<end - 1])
        else {
            return .unknown("the line has an escape that xenstore-ls does not write")
        }
        guard path.count < OxenstoredLine.longest, octets.count <= OxenstoredLine.longest,
            perms.count <= OxenstoredLine.longest
        else {
            return .unknown("the line has more than a node can have")
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

    static func text(of body: RecordBody) -> [UInt8] {
        guard case .node(let data) = body else { return [] }
        var line = ToolEscape.text(data.path.octets) + beforeValue + ToolEscape.text(data.value)
        if data.perms.isEmpty {
            line.append(ASCII.quote)
        } else {
            line += beforePerms + TextPermissions.text(data.perms, separator: ASCII.comma) + [ASCII.closeParenthesis]
        }
        return line + [ASCII.newline]
    }

    /// What was there before it was escaped; nil where an escape is none.
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
