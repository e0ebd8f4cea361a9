import XenstoreStream

/// What a record of a log asks to be changed.
struct ReplayRequest {
    /// The change; several if it is one of them; none if the path is not known.
    private(set) var changes: [StoreChange] = []
    /// The beginning of the path, if the log has no more.
    private(set) var cutPath: Octets?

    init(_ event: ReplayEvent, in state: StoreState) {
        guard let path = event.path else { return }
        let isCut = event.shape.contains(.incomplete)
        if isCut && Self.mayLackPath(event) {
            cutPath = path
            return
        }
        let kind: StoreChange.Kind
        switch event.operation {
        case .write:
            let knowledge: ValueKnowledge = !isCut ? .whole : event.value == nil ? .unknown : .cut
            // A log without the text of a value is one that has an empty one.
            kind = .write(event.value ?? [], knowledge)
        case .mkdir: kind = .mkdir
        case .rm: kind = .rm
        default: kind = .setPermissions(isCut ? nil : Self.permissions(event.detail ?? []))
        }
        let mayLackNode = event.outcome == .noError
        let paths = Path.isFixed(path) ? [Self.placed(path, state)] : state.homes(of: path)
        changes = paths.map { StoreChange(kind, $0, domid: event.connection?.domid, mayLackNode: mayLackNode) }
    }

    /// Whether the line was cut before the end of its path can be seen.
    private static func mayLackPath(_ event: ReplayEvent) -> Bool {
        guard event.operation == .write else { return event.detail == nil }
        guard event.value == nil, var line = event.line else { return false }
        while let last = line.last, last == ASCII.newline || last == ASCII.carriageReturn { line = line.dropLast() }
        return line.suffix(2).elementsEqual("..".utf8)
    }

    /// The owner that a request sets; nil if it sets none.
    static func newOwner(_ event: ReplayEvent) -> UInt16? {
        event.operation == .setPermissions ? permissions(event.detail ?? [])?.first?.domid : nil
    }

    private static func permissions(_ text: Octets) -> [Permission]? {
        var text = text
        while text.last == ASCII.space { text = text.dropLast() }
        return TextPermissions.read(text, separator: ASCII.space)
    }

    /// oxenstored has special nodes below the root.
    private static func placed(_ path: Octets, _ state: StoreState) -> Octets {
        guard Path.isSpecial(path), state.rules == .oxenstored, state.nodes[path] == nil else { return path }
        return [ASCII.slash] + path
    }
}
