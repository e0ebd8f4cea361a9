import ArgumentParser
import XenstoreArchive

/// When an image was captured, by what its file tells.
enum CaptureTime: String, CaseIterable, ExpressibleByArgument {
    case auto, name, mtime, none

    /// - Throws: `ArchiveError` with code `usage` where the time was asked for and the file does not tell it.
    func time(of source: ImportFiles.Source) throws -> String? {
        switch self {
        case .none: return nil
        case .mtime:
            guard source.path != "-" else { throw Self.unknown(source.path, "standard input has no time of change") }
            return try Timestamp.text(seconds: FileTree.modificationTime(source.path))
        case .auto:
            let times = NameTime.all(in: Self.lastPart(source.name))
            guard times.count == 1, times[0].isCertain else { return nil }
            // The 31st of June is no time at all.
            return try? times[0].normalized()
        case .name:
            let times = NameTime.all(in: Self.lastPart(source.name))
            guard let time = times.first else { throw Self.unknown(source.path, "no time can be made out in the name") }
            guard times.count == 1 else {
                throw Self.unknown(source.path, "there are \(times.count) times in the name")
            }
            do { return try time.normalized() } catch {
                throw Self.unknown(source.path, "the name has no time that there is")
            }
        }
    }

    private static func lastPart(_ name: String) -> String {
        name.split(separator: "/").last.map(String.init) ?? name
    }

    private static func unknown(_ path: String, _ why: String) -> ArchiveError {
        ArchiveError(.usage, "\(path): \(why); give the time with --captured-at, or leave out --time-from")
    }
}
