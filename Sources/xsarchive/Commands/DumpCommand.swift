import ArgumentParser
import XenstoreArchive
import XenstoreStream

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Print every record of a file with its offset, fields and bytes, without an archive.",
        discussion: """
            Each field is printed with its offset in the file, its width in bytes, its name and its value. Padding \
            and bytes that no field explains are printed in place; findings follow the item they belong to, marked \
            "!". A damaged file is printed as far as it can be read.
            With --format jsonl, each line is one object: header, record, damage or trailer, and findings about the \
            file as a whole.
            Exit status: 0 the file is complete, 1 it is damaged, 2 trouble.
            Example:
              xsarchive dump state_dump | less
            """
    )

    @Argument(help: "The file; '-' is standard input.", completion: .file())
    var file: String

    @Option(name: .customLong("format"), help: "The output format.")
    var format: DumpFormat = .text

    @Option(help: "The layout of the file; auto detects it.")
    var layout: LayoutChoice = .auto

    func run() throws {
        try MissingImage.refuse(file, in: nil)
        let image = try ImageFile.prepare(file, layout: layout.layout, salvaging: true)
        let printer: any DumpPrinter = format == .text ? DumpText(image) : DumpJSON(image)
        let lines = image.text
        // The findings are in file order; each is printed with its item.
        var findings = image.findings[...]
        func take(before end: Int?) -> [Finding] {
            let taken = findings.prefix { finding in end.map { (finding.offset ?? -1) < $0 } ?? true }
            findings = findings.dropFirst(taken.count)
            return Array(taken)
        }
        printer.header(take(before: lines == nil ? Header.size : 0))
        // Nearly every record is a plain node. Numbers count items, so this needs a whole file.
        func isPrinted(_ index: Int) -> Bool {
            guard lines == nil, !image.isSalvaged, let node = image.plainNode(index) else { return false }
            printer.node(node, number: index + 1, take(before: node.offset + node.size))
            return true
        }
        try image.forEachItem(where: { !isPrinted($0) }) { index, item in
            switch item {
            case .record(let record):
                printer.record(record, take(before: lines?.places[index + 1] ?? record.offset + record.size))
            case .damage(let damage): printer.damage(damage, take(before: damage.offset + damage.bytes.count))
            }
        }
        printer.finish(take(before: nil))
        if image.isSalvaged { throw Exit.differences.code }
    }
}
