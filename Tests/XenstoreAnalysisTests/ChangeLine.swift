import XenstoreAnalysis
import XenstoreStream

/// A change as one line of text, for the comparison of two diff implementations.
struct ChangeLine {
    var action: String
    var kind: String
    var path = ""
    var domid = ""
    /// What identifies the item in addition to path and domid.
    var name = ""
    var old: [String: String]?
    var new: [String: String]?

    var text: String {
        "\(action) \(kind) domid=\(domid) path=\(path) \(name) \(Self.text(old)) -> \(Self.text(new))"
    }

    private static func text(_ attributes: [String: String]?) -> String {
        guard let attributes else { return "nothing" }
        return "[" + attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") + "]"
    }

    init(action: String, kind: String) {
        self.action = action
        self.kind = kind
    }

    init(_ change: Change) {
        self.init(action: change.action.rawValue, kind: change.kind.rawValue)
        path = change.path.map(ChangeLine.text) ?? ""
        domid = change.domid.map { String($0) } ?? ""
        name = change.identity.map { "\($0.name)=\(ChangeLine.text($0.value))" }.joined(separator: " ")
        old = change.old.map(attributes)
        new = change.new.map(attributes)
    }

    private func attributes(_ list: [Attribute]) -> [String: String] {
        var result: [String: String] = [:]
        // A conn-id says nothing across two images, so no comparison may depend on it.
        for attribute in list where attribute.name != "conn_id" {
            result[attribute.name] = ChangeLine.text(attribute.value)
        }
        return result
    }

    /// The change as it looks from the other side. A node's domid is its newer owner, so it has no
    /// mirror image.
    var mirrored: ChangeLine {
        var line = self
        line.action = ["added": "removed", "removed": "added"][action] ?? action
        (line.old, line.new) = (new, old)
        if kind == "node" || kind == "perms" { line.domid = "" }
        return line
    }

    static func text(_ octets: Octets) -> String {
        octets.utf8Text ?? "\(Array(octets))"
    }

    static func text(_ value: Attribute.Value) -> String {
        switch value {
        case .none: "none"
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .text(let text): text
        case .octets(let octets), .data(let octets): text(octets)
        }
    }
}

extension Diff {
    var lines: [String] {
        changes.map { ChangeLine($0).text }
    }

    func count(_ action: Change.Action, _ kinds: Change.Kind...) -> Int {
        changes.count { $0.action == action && kinds.contains($0.kind) }
    }
}
