/// A line of `xenstore-ls` without `-f`, as the tool of Xen 4.17 prints it.
package struct TreeLine {
    /// The last part of the node's path, not escaped.
    package var name: Octets
    /// What is known of the value, not escaped.
    package var value: Octets
    /// Nil without `-p`.
    package var perms: [Permission]?
    /// Columns before the name.
    package var depth: Int
    /// Whether the value goes on in an unknown way.
    package var isCut = false

    package init(name: Octets, value: Octets, perms: [Permission]?, depth: Int) {
        self.name = name
        self.value = value
        self.perms = perms
        self.depth = depth
    }

    /// The columns that a value needs in addition to its text: ` = "` and `..."`.
    private static let tagLength = 8
    /// The column at which the permissions begin, after dots.
    private static let permsColumn = 60
    private static let cutMark = Array("\\...\"".utf8)

    /// The columns of the lines if the output is not a terminal.
    package static let usualWidth = 80

    /// The characters of a name that stay in a line of this width.
    static func longestName(width: Int, depth: Int) -> Int {
        max(1, width - tagLength - depth)
    }

    /// The line with its newline, cut at a width in columns.
    package func text(width: Int) -> [UInt8] {
        let escaped = ToolEscape.text(value)
        var line = [UInt8](repeating: ASCII.space, count: max(0, depth))
        line += ToolEscape.text(name).prefix(max(0, width - Self.tagLength - depth))
        // The raw length decides whether the value is cut off; the escaped form is what is cut.
        if isCut || width < line.count + value.count + Self.tagLength {
            let room = max(0, width - Self.tagLength - line.count)
            line += Array(" = \"".utf8) + escaped.prefix(room) + Self.cutMark
        } else {
            line += Array(" = \"".utf8) + escaped + [ASCII.quote]
            if perms != nil {
                line.append(ASCII.space)
                while line.count < min(Self.permsColumn, width) {
                    line.append(line.count & 1 == 1 ? ASCII.dot : ASCII.space)
                }
            }
        }
        if let perms {
            line += Array("  (".utf8) + TextPermissions.text(perms, separator: ASCII.comma) + [ASCII.closeParenthesis]
        }
        return line + [ASCII.newline]
    }
}
