import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed from one image to another, for every kind of record.",
        discussion: """
            Connections are matched by domid or socket, not by the number that a dump gave them. A domid with a new \
            unique-id is a new domain.
            Kinds: header, global, quota, domain, connection, watch, transaction, node, perms (a node whose \
            permissions alone changed; --only node shows these, too), record (of an unknown type), duplicate (a node \
            that a later record with the same path replaces, as in a daemon), residue (bytes of a record that no field \
            explains), damage (a damaged span), trailer (bytes after END), order (of the records).
            With --domain 37, only what concerns domain 37 is compared: its connection, watches, transactions and \
            DOMAIN_DATA, its home, its backends, what /libxl and /vm have of it, watches on these, and nodes whose \
            permissions name it. If the newer image has no domain 37, or another one, the domain with the same UUID is \
            taken, and a message says so. With --domain 37=38, domain 37 of the older image is compared with domain 38 \
            of the newer one. docs/commands.md lists where one domid counts as the other.
            With --redact, a secret value is shown as its length and a hash under a random key: you can see that it \
            changed, but cannot guess it. Bytes that nothing explains are replaced, too. A line on standard error says \
            how many values were replaced.
            With --format jsonl, each line is one object: change, kind, path, domid (of a node: its owner), owner, \
            concerns (the domain that the change is about), the other members that identify the item, and the \
            complete old and new state.
            With --who, each change of a node of two archived images of a series says who made it, by the logs of the \
            series: domain and connection, operation, time, where it is in the log, and how sure that is, like \
            'xsarchive blame'. What no log explains says so. In JSON: the member who.
            What one of the images does not cover, as it is a part of a host or damaged, is not compared; a message \
            for each reason says what is left out. \
            In JSON, an object with the member not_compared follows the changes.
            Exit status: 0 the same, 1 different, 2 trouble.
            Examples:
              xsarchive diff @latest~1 @latest
              xsarchive diff before.bin after.bin --only node,perms --path /local/domain/7
              xsarchive diff @1 @2 --by domain --color always | less -R
              xsarchive diff @host7:~1 @host7:~0 --who
              xsarchive diff @host7-before @host8-after --domain 37=38
            """
    )

    @OptionGroup var archive: ArchiveOptions

    @Argument(help: "The older image, archived or a file.", completion: .file())
    var old: String

    @Argument(help: "The newer image, archived or a file.", completion: .file())
    var new: String

    @Flag(help: "Count the changes by kind.")
    var stat = false

    @Flag(help: "Print a letter (A added, D removed, M changed), the kind and the name, separated by tabs.")
    var nameStatus = false

    @Flag(name: .shortAndLong, help: "Print nothing; only set the exit status.")
    var quiet = false

    @Option(help: "Show only these kinds: a comma-separated list. Repeat it for more kinds.")
    var only: [String] = []

    @Option(
        help:
            """
            Show only nodes and watches at and below this path, or, with the wildcards *, ? and [] of SQL's GLOB, \
            those whose whole path matches. Repeat it for more paths.
            """
    )
    var path: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Show only what concerns this domain; OLD=NEW if the images have it under two domids. Repeat it for more \
            domains.
            """, valueName: "domid"))
    var domain: [String] = []

    @Option(
        help:
            """
            Group the text output by kind, or by the domain that a change concerns (default: domain on a terminal, \
            otherwise kind).
            """
    )
    var by: DiffText.Order?

    @Flag(help: "Show who made each change, by the logs of the series, and how sure that is.")
    var who = false

    @OptionGroup var secrets: RedactOptions
    @OptionGroup var output: FormatOptions

    func validate() throws {
        if [stat, nameStatus, quiet].count(where: { $0 }) > 1 {
            throw ValidationError("use only one of --stat, --name-status and --quiet.")
        }
        if (nameStatus || quiet) && output.format != .text {
            throw ValidationError("--name-status and --quiet cannot be combined with --format.")
        }
        if (output.format == .csv || output.format == .csvSafe) && !stat {
            throw ValidationError(
                "a diff is not a table; use --format text, json or jsonl, or csv together with --stat.")
        }
        if who && (stat || nameStatus || quiet) {
            throw ValidationError("--who shows changes; leave out --stat, --name-status and --quiet.")
        }
        if path.contains("") { throw ValidationError("--path is empty; give a path.") }
        _ = try kinds()
        _ = try domain.map(DomainArgument.init)
    }

    private func kinds() throws -> Set<Change.Kind> {
        guard !only.isEmpty else { return Set(Change.Kind.allCases) }
        guard only.allSatisfy({ $0.contains { $0 != "," } }) else {
            throw ValidationError("--only is empty; give one or more kinds.")
        }
        let kinds = Set(
            try only.flatMap { $0.split(separator: ",") }.map { name in
                guard let kind = Change.Kind(rawValue: String(name)) else {
                    let known = Change.Kind.allCases.map(\.rawValue)
                    let nearest = Nearest.match(String(name), among: known).map { "; did you mean \($0)?" } ?? "."
                    throw ValidationError(
                        "'\(name)' is not a kind; the kinds are \(known.joined(separator: ", "))\(nearest)")
                }
                return kind
            })
        // Permissions are a part of a node.
        return kinds.contains(.node) ? kinds.union([.perms]) : kinds
    }

    /// The domains of --domain in both images; nil if the diff is of everything.
    private func domains(_ left: ImageSource, _ right: ImageSource) throws -> DomainSelection? {
        guard !domain.isEmpty else { return nil }
        var domains = try DomainSelection(old: left, new: right)
        for argument in try domain.map(DomainArgument.init) {
            let line: String?
            switch argument {
            case .domid(let domid):
                line = DomainMatchText.line(try domains.add(domid), domid, old: left.name, new: right.name)
            case .pair(let pair):
                try domains.add(pair)
                line = DomainMatchText.line(
                    pair, haveDifferentUUIDs: domains.haveDifferentUUIDs(pair), old: left.name, new: right.name)
            }
            if let line, !quiet { Console.note("xsarchive: \(line)") }
        }
        return domains
    }

    private static func matches(_ change: Change, _ pattern: PathPattern) -> Bool {
        [change.path, change.oldPath].contains { $0.map(pattern.matches) ?? false }
    }

    func run() throws {
        guard !(old == "-" && new == "-") else {
            throw ArchiveError(.usage, "standard input can be only one of the images")
        }
        let progress = Progress("reading \(old) and \(new)", isWanted: !quiet) { archive.size(old) + archive.size(new) }
        let (left, right) = try archive.sources(old, new)
        if !quiet { try SeriesNote.say([(old, left), (new, right)]) }
        let redactor = try secrets.redactor(showsChanges: true)
        progress.next("comparing \(left.name) and \(right.name)") { Double(left.size) + Double(right.size) }
        let domains = try domains(left, right)
        if quiet && only.isEmpty && path.isEmpty && domains == nil {
            if try Diff.haveDifferences(left, right) { throw Exit.differences.code }
            return
        }
        let diff = try Diff(left, right, only: domains)
        let kinds = try kinds()
        let patterns = path.map(PathPattern.init)
        for pattern in patterns where !diff.changes.contains(where: { Self.matches($0, pattern) }) {
            try AbsentPath.refuse(pattern, in: [right, left])
        }
        var changes = diff.changes.filter { change in
            kinds.contains(change.kind)
                && (patterns.isEmpty || patterns.contains { Self.matches(change, $0) })
        }
        if who {
            let authors = try ChangeAuthors(from: left, to: right)
            for index in changes.indices { changes[index].authors = authors.authors(of: changes[index]) }
        }
        let shown =
            redactor.map { redactor in changes.map { redactor.redact($0, byteOrder: right.format.byteOrder) } }
            ?? changes
        Progress.end()
        if let redactor, !quiet {
            var count = RedactionCount()
            for (old, new) in zip(changes, shown) { count += redactor.count(from: old, to: new) }
            Console.note("xsarchive: \(count.sentence)")
        }
        let omissions = DiffOmissions(diff.omissions, old: left.name, new: right.name, shown: kinds)
        if !quiet {
            try print(shown, left, right, domains?.pairs ?? [], redactor, omissions)
            for line in omissions.lines { Console.note("xsarchive: \(Escape.printable(line))") }
            for (image, count) in [(left, diff.repeatedPaths.old), (right, diff.repeatedPaths.new)] {
                if let note = CoverageText.partNote(image) { Console.note("xsarchive: \(note)") }
                if count > 0 {
                    let paths = count == 1 ? "1 path" : "\(count) paths"
                    Console.note(
                        "xsarchive: \(Escape.printable(image.name)): several nodes have the same path (\(paths)); the "
                            + "last of them counts, as in a daemon")
                }
                if let note = CoverageText.rootNote(image.name, image.root) { Console.note("xsarchive: \(note)") }
            }
        }
        if !path.isEmpty && changes.isEmpty && !diff.changes.isEmpty && !quiet {
            Console.note("xsarchive: none of the \(diff.changes.count) changes matches --path")
        }
        if diff.changes.isEmpty && !diff.isIdentical && !quiet && domains == nil && diff.omissions.isEmpty {
            Console.note(
                "xsarchive: the images have the same content; their bytes differ in what each image numbers or writes "
                    + "in its own way, like connections")
        }
        if !changes.isEmpty { throw Exit.differences.code }
    }

    private func print(
        _ changes: [Change], _ left: ImageSource, _ right: ImageSource, _ pairs: [DomainPair], _ redactor: Redactor?,
        _ omissions: DiffOmissions
    ) throws {
        if stat {
            DiffStatistics(changes).print(format: output.format)
        } else if nameStatus {
            for change in changes { Console.print(DiffText.nameStatus(change)) }
        } else {
            switch output.format {
            case .text, .csv, .csvSafe:
                let order = by ?? (Terminal.isStandardOutput ? .domain : .kind)
                let names = order == .domain ? try DomainNames(right, left, without: redactor) : nil
                DiffText.print(changes, old: left.name, new: right.name, domains: names, pairs: pairs)
            case .jsonl:
                for change in changes { Console.print(DiffJSON.object(change).text) }
                if let object = omissions.json { Console.print(object.text) }
            case .json:
                Console.print(JSON.array(changes.map(DiffJSON.object) + [omissions.json].compactMap(\.self)).text)
            }
        }
    }
}
