/// The text that oxenstored writes as `db.debug` on SIGUSR1 and as its persistent store: one line
/// for each node, a parent before its children.
///
///     /{n0}
///     /tool{n0}
///     tool/xenstored{n0\000r5} = /usr/sbin/oxenstored
///
/// The path is as it is; below the root's children it lacks its first slash. Permissions, with NUL
/// between them, and value have the escapes of OCaml. An empty value has no ` = `. Special nodes
/// are children of the root, like `/@releaseDomain`.
struct OxenstoredDebugDialect: LineDialect {
    let layout = Layout.oxenstoredDebug
    let head: [UInt8] = []
    /// Whether the text is cut off.
    private(set) var isDamaged = false

    private static let beforeValue = Array(" = ".utf8)

    func recognizes(_ text: Octets) -> String? {
        // The root comes first.
        guard text.starts(with: [ASCII.slash, ASCII.openBrace]),
            case .record = Self.read(TextLine(startOf: text).content)
        else { return nil }
        return "the first line is oxenstored's for the root"
    }

    mutating func begin(_ text: [UInt8], salvaging: Bool) throws(StreamError) {
        isDamaged = (text.last ?? ASCII.newline) != ASCII.newline
    }

    func read(_ text: Octets, isFirst: Bool) -> TextItem {
        let line = TextLine(startOf: text)
        return line.item(Self.read(line.content))
    }

    /// A line without its newline.
    private static func read(_ line: Octets) -> TextLine.Content {
        // No path has a brace, and no permission.
        guard let open = line.firstIndex(of: ASCII.openBrace),
            let close = line[open...].firstIndex(of: ASCII.closeBrace)
        else { return .unknown("the line has no permissions in braces") }
        guard let path = path(line[..<open]) else { return .unknown("the line does not begin with a path") }
        guard let octets = OCamlEscape.read(line[(open + 1)..<close]),
            let perms = TextPermissions.read(octets[...], separator: 0), perms.count <= OxenstoredDialect.longest
        else { return .unknown("the permissions of the line are not valid") }
        let rest = line[(close + 1)...]
        guard rest.isEmpty || rest.starts(with: beforeValue) else {
            return .unknown("something else than a value follows the permissions")
        }
        guard let value = OCamlEscape.read(rest.dropFirst(beforeValue.count)) else {
            return .unknown("the value has an escape that oxenstored does not write")
        }
        guard path.count < OxenstoredDialect.longest, value.count <= OxenstoredDialect.longest else {
            return .unknown("the path or the value is longer than a node can have")
        }
        return .record(.node(NodeData(path: TerminatedString(path), value: value[...], perms: perms)))
    }

    /// The path that a line begins with; nil if it is none.
    private static func path(_ text: Octets) -> Octets? {
        if text.first == ASCII.slash {
            return text.dropFirst().first == ASCII.at && !text.dropFirst().contains(ASCII.slash)
                ? text.dropFirst() : text
        }
        return text.contains(ASCII.slash) ? [ASCII.slash] + text : nil
    }

    func line(of body: RecordBody) -> [UInt8] {
        guard case .node(let data) = body, data.isCommitted else { return [] }
        let path = data.path.octets
        var line: [UInt8]
        if Path.isSpecial(path) {
            line = [ASCII.slash] + path
        } else if path.dropFirst().contains(ASCII.slash) {
            line = Array(path.dropFirst())
        } else {
            line = Array(path)
        }
        line.append(ASCII.openBrace)
        line += OCamlEscape.text(TextPermissions.text(data.perms, separator: 0))
        line.append(ASCII.closeBrace)
        if !data.value.isEmpty { line += Self.beforeValue + OCamlEscape.text(data.value) }
        return line + [ASCII.newline]
    }
}
