import ArgumentParser
import XenstoreArchive

/// Where the capture time of an image comes from, apart from --captured-at.
enum CaptureTime: String, CaseIterable, ExpressibleByArgument {
    case auto, name, mtime, none

    /// - Throws: `ArchiveError` with code `usage` if the time was asked for and the file does not
    ///   give it.
    func time(of source: ImportFiles.Source) throws -> String? {
        switch self {
        case .none: return nil
        case .mtime:
            if let member = source.member {
                guard let seconds = member.modified else {
                    throw Self.unknown(source.path, "the container does not say when it was written")
                }
                return try Timestamp.text(seconds: seconds)
            }
            guard source.path != "-" else { throw Self.unknown(source.path, "standard input has no modification time") }
            return try Timestamp.text(seconds: FileTree.modificationTime(source.path))
        case .auto:
            let times = NameTime.all(in: Self.lastPart(source.name))
            guard times.count == 1, times[0].isCertain else { return nil }
            // The name may contain a date that does not exist, like June 31.
            return try? times[0].normalized()
        case .name:
            let times = NameTime.all(in: Self.lastPart(source.name))
            guard let time = times.first else { throw Self.unknown(source.path, "the name contains no time") }
            guard times.count == 1 else {
                throw Self.unknown(source.path, "the name contains \(times.count) times")
            }
            if time.moment == .unclear {
                throw Self.unknown(
                    source.path, "what follows the time in the name may be an offset from UTC or another number")
            }
            do { return try time.normalized() } catch {
                throw Self.unknown(source.path, "the time in the name does not exist")
            }
        }
    }

    private static func lastPart(_ name: String) -> String {
        name.split(separator: "/").last.map(String.init) ?? name
    }

    private static func unknown(_ path: String, _ why: String) -> ArchiveError {
        ArchiveError(.usage, "\(path): \(why); give the time with --captured-at, or omit --time-from")
    }
}
