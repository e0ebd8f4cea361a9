import ArgumentParser
import XenstoreArchive
import XenstoreStream

@main
struct XSArchive: ParsableCommand {
    static let version = ProgramVersion.number

    static let configuration = CommandConfiguration(
        commandName: "xsarchive",
        abstract: "An archive and forensic store for images of xenstored's state.",
        discussion: """
            IMAGE is a file, '-' for standard input, or an archived image: @ID, @NAME (the newest with that name), \
            @latest, @latest~N (the Nth before it), or in one series @SERIES:latest, @SERIES:~N, @SERIES:NAME. \
            @SERIES@TIME is the state at a moment, by the last image before it and the log of the series.
            -a FILE, before or after the command, gives the archive (default: $XSARCHIVE, otherwise ./xsarchive.db).
            Exit status: 0 done or same, 1 differences or findings, 2 trouble, 64 wrong usage.
            """,
        version: version,
        subcommands: [
            ImportCommand.self,
            CaptureCommand.self,
            RecordCommand.self,
            ImagesCommand.self,
            LogsCommand.self,
            ShowCommand.self,
            ExportCommand.self,
            DiffCommand.self,
            LsCommand.self,
            CatCommand.self,
            LogCommand.self,
            BlameCommand.self,
            DomainsCommand.self,
            AccessCommand.self,
            QueryCommand.self,
            SQLCommand.self,
            DumpCommand.self,
            CheckCommand.self,
            RebuildCommand.self,
            CheckoutCommand.self,
            BuildCommand.self,
            ReportCommand.self,
            VerifyCommand.self,
            WatchCommand.self,
            CustodyCommand.self,
            MergeCommand.self,
            SnapshotCommand.self,
            PublishCommand.self,
            UpgradeCommand.self,
            RemoveCommand.self,
            PruneCommand.self,
        ]
    )

    static var commandNames: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName }
    }

    static func main() {
        FileIO.reportFullFiles()
        // Swift reads the arguments from /proc; without them every command would print the help.
        if CommandLine.arguments.isEmpty {
            fail("cannot read the command's arguments, as /proc is not mounted; mount it", .trouble)
        }
        BusyHandler.report = { Console.note("xsarchive: \($0)") }
        var arguments = Array(CommandLine.arguments.dropFirst())
        do {
            arguments = try LeadingOptions.moved(arguments, before: commandNames)
            try MistypedCommand.refuse(arguments, among: commandNames)
            var command = try parseAsRoot(QueryCommand.explaining(arguments))
            try RepeatedOption.refuse(arguments, of: type(of: command))
            defer { Progress.end() }
            try command.run()
            Console.flush()
            if MomentImage.isUnsettled { Exit.now(.differences) }
        } catch let status as ExitCode {
            Console.flush()
            Exit.now(Exit(rawValue: status.rawValue) ?? .trouble)
        } catch let error as ArchiveError {
            fail(Advice.line(error), Advice.status(error))
        } catch let error as StreamError {
            fail(Advice.line(error), .trouble)
        } catch  where exitCode(for: error) == .validationFailure {
            fail(
                UsageAdvice(message: message(for: error), arguments: arguments, commands: commandNames).line,
                .usage)
        } catch {
            // A request for help, which the argument parser prints.
            Console.flush()
            exit(withError: error)
        }
    }

    private static func fail(_ message: String, _ status: Exit) -> Never {
        Console.flush()
        Console.complain(message)
        Exit.now(status)
    }
}
