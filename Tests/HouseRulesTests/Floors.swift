import Testing

/// The floors of a module, and the types of higher floors that its files use.
struct Floors {
    /// A file that uses a type of a floor above its own.
    struct RisingArrow: Equatable, CustomStringConvertible {
        let file: String
        let floor: String
        let type: String
        let typeFloor: String
        let line: Int

        var description: String {
            "\(file):\(line) is in \(floor) and uses \(type) of \(typeFloor), which is above it"
        }
    }

    let module: String
    /// From the bottom up; `top` is the module's own directory.
    let names: [String]

    /// The floors of each module by the tables of docs/design.md.
    static func byTheDocument(_ document: Markdown) throws -> [String: Floors] {
        var floors: [String: Floors] = [:]
        for table in document.tables(headed: "| floor | holds |") {
            let module = try #require(Markdown.codeSpans(table.above).first, "\(table.above)")
            let names = table.rows.compactMap { Markdown.codeSpans($0.first ?? "").first }
            try #require(names.count == table.rows.count, "floors of \(module)")
            try #require(floors.updateValue(Floors(module: module, names: names), forKey: module) == nil, "\(module)")
        }
        return floors
    }

    /// The floor of a file in the module's directory.
    func floor(of path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count == 3 ? "top" : String(parts[2])
    }

    /// - Parameter files: the files of the module, each in a floor.
    func risingArrows(_ files: [SwiftFile]) -> [RisingArrow] {
        let levels = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var home: [String: String] = [:]
        var inner: [String: Set<String>] = [:]
        for file in files {
            let floor = floor(of: file.path)
            for declaration in file.declarations where declaration.kind == .type || declaration.kind == .alias {
                home[declaration.name] = floor
                if let dot = declaration.name.lastIndex(of: ".") {
                    inner[file.path, default: []].insert(String(declaration.name[dot...].dropFirst()))
                }
            }
        }
        var arrows: [RisingArrow] = []
        for file in files {
            let floor = floor(of: file.path)
            var seen = inner[file.path] ?? []
            for use in uses(file) where seen.insert(use.name).inserted {
                guard let typeFloor = home[use.name], let above = levels[typeFloor], let own = levels[floor],
                    above > own
                else { continue }
                arrows.append(
                    RisingArrow(file: file.path, floor: floor, type: use.name, typeFloor: typeFloor, line: use.line))
            }
        }
        return arrows
    }

    /// The names of types in the code: each name that is not a member, and with each its members
    /// (`Finding`, `Finding.Severity`).
    private func uses(_ file: SwiftFile) -> [(name: String, line: Int)] {
        let words = file.words
        var uses: [(name: String, line: Int)] = []
        for (index, word) in words.enumerated() where word.isTypeName {
            if index > 0 && words[index - 1].text == "." {
                // A member, except of the module itself.
                guard index > 1, words[index - 2].text == module else { continue }
            }
            var name = word.text
            uses.append((name, word.line))
            var next = index + 1
            while next + 1 < words.count && words[next].text == "." && words[next + 1].isTypeName {
                name += "." + words[next + 1].text
                uses.append((name, word.line))
                next += 2
            }
        }
        return uses
    }
}
