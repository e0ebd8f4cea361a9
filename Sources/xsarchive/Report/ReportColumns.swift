import XenstoreArchive
import XenstoreStream

/// The tree as the page stores it: one column for each property, so that 176,000 nodes are a few
/// megabytes that a browser parses at once. Texts are escaped. Each is stored once in a table, and
/// the frequent ones have the short numbers.
struct ReportColumns {
    /// A node's position in the columns, by its index in the tree.
    private(set) var positions: [Int32]
    private var depths: [Int32] = []
    private var names: [Int32] = []
    private var values: [Int32] = []
    private var perms: [Int32] = []
    /// The positions of nodes of whose values only the beginning is known.
    private var cut: [Int32] = []
    /// Empty unless two images are compared.
    private var marks: [Int32] = []
    private var changed: [(position: Int32, value: Int32, perms: Int32)] = []
    private var texts = TextNumbers()
    private var lists = TextNumbers()
    /// The list of permissions of the node before, and its number: neighbours often have the same.
    private var lastList: (permissions: [Permission], number: Int32) = ([], -1)

    init(_ tree: ReportTree) {
        positions = Array(repeating: -1, count: tree.nodes.count)
        tree.forEachNode { index, depth in
            let node = tree.nodes[index]
            let position = Int32(depths.count)
            positions[index] = position
            depths.append(Int32(clamping: depth))
            names.append(texts.number(of: node.name))
            let shown = node.content ?? node.oldContent
            values.append(value(shown))
            perms.append(list(shown))
            if shown?.knowledge == .cut { cut.append(position) }
            guard tree.isComparison else { return }
            marks.append(node.mark.rawValue)
            if node.mark == .changed { changed.append((position, value(node.oldContent), list(node.oldContent))) }
        }
    }

    /// -1 for a node that no record describes, -2 for a value that the image does not say.
    private mutating func value(_ content: ReportTree.Content?) -> Int32 {
        content.map { $0.knowledge == .unknown ? -2 : texts.number(of: $0.value) } ?? -1
    }

    private mutating func list(_ content: ReportTree.Content?) -> Int32 {
        guard let content else { return -1 }
        guard content.knowsPerms else { return -2 }
        if lastList.number < 0 || lastList.permissions != content.perms {
            let number = lists.number(of: Octets(PermissionList.text(content.perms).utf8))
            lastList = (content.perms, number)
        }
        return lastList.number
    }

    var count: Int {
        depths.count
    }

    var json: JSON {
        let order = texts.byFrequency
        func ordered(_ numbers: [Int32]) -> JSON { .integers(numbers.map { $0 < 0 ? $0 : order.places[Int($0)] }) }
        return .object([
            ("texts", .string(order.texts.joined(separator: "\n"))),
            ("lists", .array(lists.texts.map { .string(Escape.printable($0)) })),
            ("depths", .integers(depths)), ("names", ordered(names)), ("values", ordered(values)),
            ("perms", .integers(perms)),
            ("marks", .integers(marks)),
            ("changed", .integers(changed.map(\.position))), ("oldValues", ordered(changed.map(\.value))),
            ("oldPerms", .integers(changed.map(\.perms))), ("cut", .integers(cut)),
        ])
    }
}
