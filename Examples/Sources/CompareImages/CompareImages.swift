// Compares two images with each of the three libraries: CompareImages OLD NEW
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

@main
struct CompareImages {
    static func main() throws {
        guard CommandLine.arguments.count == 3 else {
            print("usage: CompareImages OLD NEW")
            return
        }
        let files = CommandLine.arguments.dropFirst()
        for file in files { try describe(file) }
        try archive(Array(files))
        try compare(CommandLine.arguments[1], CommandLine.arguments[2])
    }

    /// XenstoreStream: the records of a file, one after another.
    private static func describe(_ file: String) throws {
        let bytes = try FileContent(of: file).bytes
        let detection = try LayoutDetection(bytes: bytes)
        var reader = try StreamReader(bytes: bytes, format: detection.format)
        var nodes = 0
        var guests: Set<UInt16> = []
        while let record = try reader.next() {
            switch record.body {
            case .node: nodes += 1
            case .connection(let connection) where connection.kind == .ring: guests.insert(connection.domid)
            default: break
            }
        }
        print(
            "\(file): layout \(detection.format.layout.rawValue), \(reader.recordCount) records, "
                + "\(nodes) nodes, \(guests.count) domains")
    }

    /// XenstoreArchive: images in an archive, here in memory; XenstoreAnalysis: a named query on
    /// the newest image.
    private static func archive(_ files: [String]) throws {
        let archive = try Archive.inMemory()
        for file in files {
            let image = try ScannedImage(bytes: FileContent(of: file).bytes)
            _ = try Importer(archive).store(image, label: ImageLabel(name: file))
        }
        let newest = try archive.image(.latest(back: 0))
        let query = try NamedQuery.named("largest_owners")
        let rows = try query.prepare(archive, parameters: ["image_id": String(newest.imageID)])
        while try rows.step() { print("domain \(rows.integer(0)) owns \(rows.integer(1)) nodes") }
    }

    /// XenstoreAnalysis: what has changed.
    private static func compare(_ old: String, _ new: String) throws {
        func source(_ file: String) throws -> ImageSource {
            ImageSource(name: file, file: try ScannedImage(bytes: FileContent(of: file).bytes))
        }
        let diff = try Diff(source(old), source(new))
        for change in diff.changes {
            // A guest wrote the path; unescaped, it could steer a terminal.
            let name = change.path.map { Escape.printable($0) } ?? change.domid.map { "domain \($0)" } ?? ""
            print(change.action.rawValue, change.kind.rawValue, name)
        }
        if diff.changes.isEmpty { print("nothing has changed") }
    }
}
