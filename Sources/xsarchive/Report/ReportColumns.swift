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
    private let texts: ByteTable
    private let lists: ByteTable

    init(_ tree: ReportTree) {
        (texts, lists) = (tree.texts, tree.lists)
        positions = Array(repeating: -1, count: tree.endIndex)
        depths.reserveCapacity(tree.endIndex)
        names.reserveCapacity(tree.endIndex)
        values.reserveCapacity(tree.endIndex)
        perms.reserveCapacity(tree.endIndex)
        tree.forEachNode { index, depth in
            let position = Int32(depths.count)
            positions[index] = position
            depths.append(Int32(clamping: depth))
            names.append(tree.nameNumber(index))
            let shown = tree.content(index) ?? tree.oldContent(index)
            values.append(Self.value(shown))
            perms.append(Self.list(shown))
            if shown?.knowledge == .cut { cut.append(position) }
            guard tree.isComparison else { return }
            let mark = tree.mark(index)
            marks.append(mark.rawValue)
            let old = tree.oldContent(index)
            if mark == .changed { changed.append((position, Self.value(old), Self.list(old))) }
        }
    }

    /// -1 for a node that no record describes, -2 for a value that the image does not say.
    private static func value(_ content: ReportTree.Content?) -> Int32 {
        content.map { $0.knowledge == .unknown ? -2 : $0.value } ?? -1
    }

    private static func list(_ content: ReportTree.Content?) -> Int32 {
        content.map { $0.knowsPerms ? $0.perms : -2 } ?? -1
    }

    var json: JSON {
        let oldValues = changed.map(\.value)
        let order = TextOrder([names, values, oldValues], count: texts.count)
        func ordered(_ numbers: [Int32]) -> JSON { .integers(numbers.map { $0 < 0 ? $0 : order.places[Int($0)] }) }
        return .object([
            ("texts", .string(printable(order.numbers))), ("lists", .array((0..<Int32(lists.count)).map(listText))),
            ("depths", .integers(depths)), ("names", ordered(names)), ("values", ordered(values)),
            ("perms", .integers(perms)),
            ("marks", .integers(marks)),
            ("changed", .integers(changed.map(\.position))), ("oldValues", ordered(oldValues)),
            ("oldPerms", .integers(changed.map(\.perms))), ("cut", .integers(cut)),
        ])
    }

    /// Texts, escaped (so none contains a line feed), a line each.
    private func printable(_ numbers: [Int32]) -> String {
        var lines: [UInt8] = []
        for (place, number) in numbers.enumerated() {
            if place > 0 { lines.append(ASCII.newline) }
            texts.withBytes(number) { text in
                if Escape.isPlain(text) {
                    lines.append(contentsOf: text)
                } else {
                    lines.append(contentsOf: Escape.printable(Octets(text)).utf8)
                }
            }
        }
        return String(decoding: lines, as: UTF8.self)
    }

    private func listText(_ number: Int32) -> JSON {
        let list = lists.withBytes(number) { Permission.list($0, .little) }
        return .string(Escape.printable(PermissionList.text(list)))
    }
}
