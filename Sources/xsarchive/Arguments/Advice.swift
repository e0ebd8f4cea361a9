import XenstoreArchive
import XenstoreStream

/// What a user of this program can do about an error: the libraries say what is wrong, and know no
/// commands and options.
enum Advice {
    /// The error as one line: what is wrong, where, and what to do.
    static func line(_ error: ArchiveError) -> String {
        joined(error.message, error.suggestion ?? of(error))
    }

    /// The same for an error of a stream.
    static func line(_ error: StreamError) -> String {
        joined("\(error)", of(error.code))
    }

    /// The same for any error.
    static func line(_ error: any Error) -> String {
        switch error {
        case let error as ArchiveError: line(error)
        case let error as StreamError: line(error)
        default: "\(error)"
        }
    }

    private static func joined(_ message: String, _ advice: String?) -> String {
        message + (advice.map { "; " + $0 } ?? "")
    }

    private static func of(_ error: ArchiveError) -> String? {
        switch error.code {
        case .noArchive: "create it with 'xsarchive import', or give another with -a or XSARCHIVE"
        case .exists: "use --force to overwrite it, or choose another name"
        case .tooLarge: "if you trust it, import it with a larger --max-size"
        case .cutOff: "fetch the file again or decompress it yourself, or import the readable part with --salvage"
        case .oldSchema: "'xsarchive upgrade' brings it up to date and keeps a copy of it"
        case .oldViews: "'xsarchive upgrade' creates them again, and changes nothing else"
        case .notAWorkspace: "create one with 'xsarchive checkout'"
        case .busy: "try again later, or wait longer with --wait"
        case .noSuchImage: "'xsarchive images --all' lists the images"
        case .noSuchNode: "'xsarchive ls' lists its nodes"
        case .noTree: "'xsarchive show' shows what it contains"
        case .noSuchDomain: "'xsarchive domains' lists its domains"
        case .noSuchQuery: "'xsarchive query' lists them"
        case .missingParameter:
            error.subject == "image_id" ? "give it with -i IMAGE" : "give it with -P \(error.subject ?? "NAME")=..."
        case .notAState: "'xsarchive ls -f -p' prints one"
        case .file, .notAnArchive, .full, .damaged, .badImage, .notReproducible, .usage, .timeout, .database: nil
        }
    }

    private static func of(_ code: StreamError.Code) -> String {
        switch code {
        case .notAStream: "import takes images: states of a daemon, and listings of xenstore-ls; and logs"
        case .severalListings: "name one, like FILE#1, or import all with 'xsarchive import'"
        case .unknownVersion: "use --layout draft, v1 or v2 to read it as one of them"
        case .wrongByteOrder: "the header is damaged: import it with --salvage"
        case .empty: "capture the image again, or import it with --salvage"
        case .truncated: "the file is cut off: capture the image again, or import it with --salvage"
        case .lengthBeyondEnd:
            "the file is cut off or the length is damaged: capture the image again, or import it with --salvage"
        case .lengthLies: "import it with --salvage"
        case .fieldBeyondBody:
            "the record is damaged, or has another layout: try another --layout, or import it with --salvage"
        case .damaged: "the file is damaged: copy it again, or import it with --salvage"
        case .doesNotFit: "shorten the value or choose a layout that can hold it"
        }
    }

    /// What to do about a finding; nil if there is nothing to say. Findings in the archives of
    /// version 0.1.0 say it themselves.
    static func of(_ finding: Finding) -> String? {
        if finding.rule == Rule.unknownRoot.rawValue { return "give the root with --root, like --root /local/domain/7" }
        let isOfEnd = finding.rule == Rule.recordsBehindEnd.rawValue && !finding.message.contains("--salvage")
        return isOfEnd || finding.rule == Rule.freedRecord.rawValue
            ? "import the file with --salvage to read them" : nil
    }

    /// The exit status for an error.
    static func status(_ error: ArchiveError) -> Exit {
        switch error.code {
        case .usage, .noSuchQuery, .missingParameter, .notAState: .usage
        default: .trouble
        }
    }
}
