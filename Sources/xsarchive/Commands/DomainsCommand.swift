import ArgumentParser

struct DomainsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domains",
        abstract: "List the domains of an image and what each uses of the store.",
        discussion: """
            state: live (it has a ring connection), absent (it has none in an image of the whole host: it is not \
            introduced, or not yet), unknown (the image holds only part of a host, or no connections: then the \
            domains are those of the tree).
            bytes: as the C xenstored that wrote the image accounts them; oxenstored accounts none. highest_quota, \
            percent_used (in other formats: quota, used_percent): the quota of which the domain uses the largest part, \
            and that part.
            Example:
              xsarchive domains @latest
            """
    )

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The image, archived or a file.", completion: .file())
    var image: String

    func run() throws {
        try archive.printRows(
            of: "domains", image: image, format: output.format,
            headings: ["quota": "highest_quota", "used_percent": "percent_used"])
    }
}
