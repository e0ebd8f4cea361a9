import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Walks through a container and the containers in it, within the limits for all of them together.
final class ContainerWalk {
    let limits: ContainerLimits
    private let body: (ContainerItem) -> Void
    private var membersLeft: Int
    private var bytesLeft: Int
    /// Whether a limit for all members is reached; nothing more is read then.
    private var isExhausted = false

    /// The most bytes of a path; longer ones are only printed in part.
    private static let longestPath = 4096

    /// The bytes that are read of a member that is too large: enough to see whether it is an image.
    private static let sample = LayoutDetection.beginningSize

    init(_ limits: ContainerLimits, _ body: @escaping (ContainerItem) -> Void) {
        self.limits = limits
        self.body = body
        membersLeft = limits.members
        bytesLeft = limits.totalBytes
    }

    /// Reads a container in memory.
    /// - Parameter levels: the way to it.
    func read(_ bytes: [UInt8], _ form: ContainerForm, _ levels: [ContainerLevel]) {
        bytes.withUnsafeBytes { buffer in read(form, levels) { $0.open(buffer) } }
    }

    /// Reads a container that `open` opens.
    func read(_ form: ContainerForm, _ levels: [ContainerLevel], _ open: (EntryReader) -> String?) {
        do {
            let reader = try EntryReader(form)
            if let problem = open(reader) {
                // libarchive reports only that it does not know such a file.
                return fail(form, levels, form == .zip ? "the list of its members, at its end, is missing" : problem)
            }
            while !isExhausted {
                switch reader.next() {
                case .end: return
                case .damage(let problem): return fail(form, levels, problem)
                case .entry(let entry):
                    guard membersLeft > 0 else { return exhaust(levels, tooManyMembers) }
                    membersLeft -= 1
                    try take(entry, reader, levels)
                }
            }
        } catch {
            body(.failure(error))
        }
    }

    private func fail(_ form: ContainerForm, _ levels: [ContainerLevel], _ problem: String) {
        body(
            .failure(
                ArchiveError(
                    .file,
                    "\(ContainerMember.place(levels)): the \(form.rawValue) cannot be read to its end: \(problem); "
                        + "fetch the file again")))
    }

    private func exhaust(_ levels: [ContainerLevel], _ error: (String) -> ArchiveError) {
        isExhausted = true
        body(.failure(error(levels.first?.path ?? "")))
    }

    private func tooManyMembers(_ path: String) -> ArchiveError {
        ArchiveError(
            .file,
            "\(path): has more than \(limits.members) members, and the rest is not read; extract it and import the "
                + "directory")
    }

    private func tooManyBytes(_ path: String) -> ArchiveError {
        ArchiveError(
            .tooLarge,
            "\(path): has members of more than \(limits.totalBytes) bytes together, and the rest is not read")
    }

    private func take(
        _ entry: EntryReader.Entry, _ reader: EntryReader, _ levels: [ContainerLevel]
    ) throws(ArchiveError) {
        let path = Self.relative(entry.path)
        let name = Self.text(path.isEmpty ? entry.path : path)
        let place = { ContainerMember.place(levels) + String(ContainerMember.separator) + name }
        if let obstacle = Self.obstacle(entry.path) ?? (path.isEmpty && !entry.isDirectory ? "it has no name" : nil) {
            return body(.passedOver(place(), why: obstacle))
        }
        if entry.isDirectory { return }
        if let obstacle = entry.obstacle { return body(.passedOver(place(), why: obstacle)) }

        let isTooLarge = entry.size.map { $0 > Int64(limits.memberBytes) } ?? false
        let limit = min(isTooLarge ? Self.sample : limits.memberBytes, bytesLeft)
        let (bytes, problem) = try reader.content(entry, limit: limit, place: place)
        guard spend(bytes.count) else {
            return exhaust(levels, tooManyBytes)
        }
        let level = ContainerLevel(name) { Digest.sha256(bytes) }
        let trail = levels + [level]
        if isTooLarge || bytes.count > limit {
            let excess = FileContent.excess(ContainerMember.place(trail), "has", limits.memberBytes)
            let content = FileContent(Array(bytes.prefix(Self.sample)))
            return body(
                .member(ContainerMember(levels: trail, content: content, modified: entry.modified, excess: excess)))
        }
        do throws(ArchiveError) {
            try take(bytes, problem, entry, trail)
        } catch {
            // Such as a program that is not installed. Other members do not need it.
            body(.failure(error))
        }
    }

    /// Takes the content of a member: decompresses it, and walks through it if it is a container.
    private func take(
        _ bytes: [UInt8], _ problem: String?, _ entry: EntryReader.Entry, _ trail: [ContainerLevel]
    ) throws(ArchiveError) {
        let place = ContainerMember.place(trail)
        var content = FileContent(bytes, problem: problem)
        var excess: ArchiveError?
        if let form = Compression(start: bytes[...]) {
            let limit = min(limits.memberBytes, bytesLeft)
            let (unpacked, end) = try Self.unpack(bytes, form, place, limit: limit)
            guard spend(unpacked.count + (end == .tooLarge ? 1 : 0)) else {
                return exhaust(trail, tooManyBytes)
            }
            var failure = problem
            if case .failed(let message) = end { failure = failure ?? message }
            if end == .tooLarge { excess = FileContent.excess(place, "decompresses to", limit) }
            content = FileContent(
                excess == nil ? unpacked : Array(unpacked.prefix(Self.sample)), compression: form, problem: failure)
        }
        if excess == nil, let form = ContainerForm(start: content.bytes.prefix(ContainerForm.markSize)) {
            guard trail.count <= limits.depth else {
                return body(.passedOver(place, why: "a \(form.rawValue) in \(limits.depth) other containers"))
            }
            if let problem = content.problem { fail(form, trail, problem) } else { read(content.bytes, form, trail) }
            return
        }
        body(.member(ContainerMember(levels: trail, content: content, modified: entry.modified, excess: excess)))
    }

    private static func unpack(
        _ bytes: [UInt8], _ form: Compression, _ place: String, limit: Int
    ) throws(ArchiveError) -> (bytes: [UInt8], end: Unpacker.End) {
        do {
            let copy = try Unpacker.temporaryFile(bytes)
            defer { close(copy) }
            return try Unpacker(form: form, path: place).unpack(copy, limit: limit)
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError(.file, "\(place): \(error)")
        }
    }

    /// Counts bytes that were read.
    /// - Returns: whether they were within the limit for all members.
    private func spend(_ count: Int) -> Bool {
        bytesLeft -= count
        return bytesLeft >= 0
    }

    // MARK: Paths

    /// The path without `.` and empty parts.
    private static func relative(_ path: [UInt8]) -> [UInt8] {
        Array(path.split(separator: ASCII.slash).filter { $0 != [ASCII.dot] }.joined(separator: [ASCII.slash]))
    }

    /// Why a member with this path is not read; nil if it is.
    private static func obstacle(_ path: [UInt8]) -> String? {
        if path.first == ASCII.slash { return "an absolute path" }
        if path.split(separator: ASCII.slash).contains([ASCII.dot, ASCII.dot]) {
            return "the path leads out of the container"
        }
        return path.count > longestPath ? "the path has \(path.count) bytes, more than \(longestPath)" : nil
    }

    /// The path as text: as it is if it is UTF-8, otherwise escaped. Of a path that is too long,
    /// only the beginning.
    private static func text(_ path: [UInt8]) -> String {
        guard path.count <= longestPath else { return Escape.printable(path.prefix(60)) + "..." }
        return path[...].utf8Text ?? Escape.printable(path[...])
    }
}
