/// The lines of `xenstore-ls -f -p`, one for each node but the root:
///
///     /local/domain/1/name = "web01"   (n0,r1)
///
/// Without `-p`, a line ends after the value. Paths and values are escaped: `\t`, `\n`, `\r`, `\\`,
/// `\000` to `\007`, and `\x7f` for everything else that is not printable ASCII. A quotation mark
/// is not escaped.
struct ListingDialect: TextDialect {
    let layout = Layout.listing
    let head: [UInt8] = []

    private static let beforeValue = Array(" = \"".utf8)
    private static let beforePerms = Array("\"   (".utf8)

    func line(of body: RecordBody) -> [UInt8] {
        guard case .node(let data) = body, ValueKnowledge(data, layout) == .whole else { return [] }
        var line = ToolEscape.text(data.path.octets) + Self.beforeValue + ToolEscape.text(data.value)
        if data.perms.isEmpty {
            line.append(ASCII.quote)
        } else {
            line +=
                Self.beforePerms + TextPermissions.text(data.perms, separator: ASCII.comma) + [ASCII.closeParenthesis]
        }
        return line + [ASCII.newline]
    }
}
