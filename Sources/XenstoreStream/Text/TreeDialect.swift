/// The lines of `xenstore-ls -p` for a whole host, one for each node but the root, indented by its
/// depth:
///
///     local = ""  . . . . . . . . . . . . . . . . . . . . . . . . . . . . .  (n0)
///      domain = ""  . . . . . . . . . . . . . . . . . . . . . . . . . . . .  (n0)
///
/// Names and values are escaped as by `ListingDialect`. A line is cut at 80 columns, and a cut
/// value ends with `\...`.
struct TreeDialect: TextDialect {
    let layout = Layout.tree
    let head: [UInt8] = []

    func line(of body: RecordBody) -> [UInt8] {
        guard case .node(let data) = body, Path.isAbsolute(data.path.octets) else { return [] }
        let knowledge = ValueKnowledge(data, layout)
        let depth = data.path.octets.count(where: { $0 == ASCII.slash }) - 1
        var line = TreeLine(
            name: Path.name(of: data.path.octets), value: data.value, perms: data.perms.isEmpty ? nil : data.perms,
            depth: depth)
        switch knowledge {
        case .whole: break
        case .cut: line.isCut = true
        case .unknown: return []
        }
        return line.text(width: TreeLine.usualWidth)
    }
}
