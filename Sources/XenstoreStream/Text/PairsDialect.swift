/// Lines of a path and a value, as a widely copied script prints them from xenstore-list and
/// xenstore-read:
///
///     /local/domain/1/name=web01
///
/// Values are escaped as by `ListingDialect`. There are no permissions.
struct PairsDialect: TextDialect {
    let layout = Layout.pairs
    let head: [UInt8] = []

    func line(of body: RecordBody) -> [UInt8] {
        guard case .node(let data) = body, ValueKnowledge(data, layout) == .whole else { return [] }
        return Array(data.path.octets) + [ASCII.equals] + ToolEscape.text(data.value) + [ASCII.newline]
    }
}
