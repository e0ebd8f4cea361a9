import Foundation
import Testing

/// A report's page, parsed like a browser parses it.
struct ReportPage {
    let text: String
    let policy: String
    let style: String
    let script: String
    let data: [String: Any]

    /// - Throws: an error if a part of the page is missing or the data is not JSON.
    init(_ bytes: [UInt8]) throws {
        text = try #require(String(validating: bytes, as: UTF8.self))
        policy = try #require(text.firstMatch(of: /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/))
            .output.1.description
        style = try Self.between("<style>", "</style>", text)
        script = try Self.between("<script>", "</script>", text)
        data = try JSONText.object(
            try Self.between("<script type=\"application/json\" id=\"data\">", "</script>", text))
    }

    private static func between(_ start: String, _ end: String, _ text: String) throws -> String {
        let from = try #require(text.range(of: start)).upperBound
        return String(text[from..<(try #require(text.range(of: end, range: from..<text.endIndex))).lowerBound])
    }

    func list(_ name: String) throws -> [[Any]] {
        try #require(data[name] as? [[Any]])
    }

    var image: [String: Any] {
        get throws { try #require((data["images"] as? [[String: Any]])?.last) }
    }

    /// A node as the page shows it.
    struct Node {
        let path: String
        let value: String?
        let perms: String?
        /// 0 same, 1 added, 2 removed, 3 changed; 0 in a page of one image.
        let mark: Int
    }

    /// The nodes of the tree, reassembled from their columns.
    func nodes() throws -> [Node] {
        let tree = try #require(data["tree"] as? [String: Any])
        func column(_ name: String) throws -> [Int] { try #require(tree[name] as? [Int], "\(name)") }
        let texts = try #require(tree["texts"] as? String).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let lists = try #require(tree["lists"] as? [String])
        let (depths, names, values) = (try column("depths"), try column("names"), try column("values"))
        let (perms, marks) = (try column("perms"), try column("marks"))
        var above: [String] = []
        return depths.indices.map { index in
            let name = texts[names[index]]
            above = Array(above.prefix(depths[index])) + [name]
            let path = above.count == 1 ? name : "/" + above.dropFirst().joined(separator: "/")
            return Node(
                path: path, value: values[index] < 0 ? nil : texts[values[index]],
                perms: perms[index] < 0 ? nil : lists[perms[index]],
                mark: marks.isEmpty ? 0 : marks[index])
        }
    }
}
