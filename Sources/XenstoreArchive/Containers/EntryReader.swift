import CLibarchive
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads the entries of a tar or zip that is not compressed itself, one after the other, with
/// libarchive.
///
/// Only these two of libarchive's formats are switched on, and none of its filters.
final class EntryReader {
    /// One entry: a member, a directory, a link.
    struct Entry {
        /// The path as it is in the container; empty if there is none.
        let path: [UInt8]
        /// Why the entry has no content that can be read, as a clause; nil if it has.
        let obstacle: String?
        let isDirectory: Bool
        /// In bytes; nil if the container does not say.
        let size: Int64?
        /// Seconds since 1970, UTC; nil if the container does not say.
        let modified: Int64?
    }

    enum Step {
        case entry(Entry)
        case end
        /// The rest cannot be read, for this reason.
        case damage(String)
    }

    private let form: ContainerForm
    private let handle: OpaquePointer
    /// The character set of the names that libarchive converts. The program's own is that of the
    /// standard "C", which has only ASCII.
    private let names: locale_t?

    /// - Throws: `ArchiveError` if there is no memory.
    init(_ form: ContainerForm) throws(ArchiveError) {
        guard let handle = archive_read_new() else { throw ArchiveError(.file, "no memory to read a \(form.rawValue)") }
        self.form = form
        self.handle = handle
        names = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
        switch form {
        case .tar:
            archive_read_support_format_tar(handle)
            // Otherwise what follows the first end, as after `cat a.tar b.tar`, is left out without
            // a word.
            archive_read_set_format_option(handle, "tar", "read_concatenated_archives", "1")
        case .zip:
            // By the directory at its end: the headers before the members may say something else.
            archive_read_support_format_zip_seekable(handle)
        }
    }

    deinit {
        archive_read_free(handle)
        if let names { freelocale(names) }
    }

    /// Starts to read from a descriptor, which must stay open; a zip needs one of a regular file.
    /// - Returns: why it cannot be read; nil if it can.
    func open(_ descriptor: Int32) -> String? {
        archive_read_open_fd(handle, descriptor, 1 << 16) == ARCHIVE_OK ? nil : message
    }

    /// Starts to read from memory, which must stay in place.
    /// - Returns: why it cannot be read; nil if it can.
    func open(_ bytes: UnsafeRawBufferPointer) -> String? {
        archive_read_open_memory(handle, bytes.baseAddress, bytes.count) == ARCHIVE_OK ? nil : message
    }

    private var message: String {
        archive_error_string(handle).map { String(cString: $0) } ?? "no reason given"
    }

    /// Goes to the next entry.
    func next() -> Step {
        var entry: OpaquePointer?
        let before = names.map { uselocale($0) }
        defer { if let before { uselocale(before) } }
        switch archive_read_next_header(handle, &entry) {
        case ARCHIVE_EOF: return .end
        // A warning is about a name or an attribute that has no place on this system.
        case ARCHIVE_OK, ARCHIVE_WARN: break
        default: return .damage(message)
        }
        guard let entry else { return .damage(message) }
        return .entry(
            Entry(
                path: path(entry), obstacle: obstacle(entry), isDirectory: archive_entry_filetype(entry) == S_IFDIR,
                size: archive_entry_size_is_set(entry) == 0 ? nil : archive_entry_size(entry),
                modified: archive_entry_mtime_is_set(entry) == 0 ? nil : Int64(archive_entry_mtime(entry))))
    }

    private func path(_ entry: OpaquePointer) -> [UInt8] {
        guard let path = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else { return [] }
        return Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
    }

    private func obstacle(_ entry: OpaquePointer) -> String? {
        if archive_entry_hardlink(entry) != nil { return "a hard link" }
        switch archive_entry_filetype(entry) {
        case S_IFREG, S_IFDIR: break
        case S_IFLNK: return "a symbolic link"
        case S_IFCHR, S_IFBLK: return "a device"
        case S_IFIFO: return "a pipe"
        case S_IFSOCK: return "a socket"
        default: return "neither a file nor a directory"
        }
        if archive_entry_is_encrypted(entry) != 0 { return "encrypted" }
        // A zip names the method of each member. Others than these have decoders without a limit on
        // memory.
        if form == .zip, let name = archive_format_name(handle).map({ String(cString: $0) }),
            let method = name.split(separator: "(").last?.prefix(while: { $0 != ")" }),
            !["uncompressed", "deflation", "bzip"].contains(method)
        {
            return "compressed by a method that is not read: \(method)"
        }
        return nil
    }

    /// Reads the content of the entry.
    /// - Parameters:
    ///   - entry: the entry that `next` has reached.
    ///   - limit: the most bytes to read.
    ///   - place: the member's place, for an error.
    /// - Returns: its bytes, at most one more than `limit`; and why reading them failed, nil if it
    ///   did not.
    /// - Throws: `ArchiveError` if there is not enough memory.
    func content(
        _ entry: Entry, limit: Int, place: () -> String
    ) throws(ArchiveError) -> (bytes: [UInt8], problem: String?) {
        let most = limit < .max ? limit + 1 : limit
        var bytes: [UInt8] = []
        func makeRoom(_ count: Int) throws(ArchiveError) {
            guard !bytes.makeRoom(for: count) else { return }
            throw Memory.shortage(place(), after: bytes.count)
        }
        func fill(to end: Int64) throws(ArchiveError) {
            let count = Int(min(max(end, 0), Int64(most))) - bytes.count
            guard count > 0 else { return }
            try makeRoom(count)
            bytes.append(contentsOf: repeatElement(0, count: count))
        }
        while bytes.count < most {
            var (block, count, offset) = (UnsafeRawPointer?.none, 0, la_int64_t(0))
            let code = archive_read_data_block(handle, &block, &count, &offset)
            if code == ARCHIVE_EOF {
                // A tar may leave out blocks of zeros, also the last ones. In a tar that is cut,
                // reading fails.
                if form == .tar, let size = entry.size { try fill(to: size) }
                break
            }
            // With a warning, as about a wrong checksum, there are bytes.
            guard code == ARCHIVE_OK || code == ARCHIVE_WARN else { return (bytes, message) }
            guard offset >= bytes.count else { return (bytes, "its blocks are not in order") }
            try fill(to: offset)
            if let block {
                try makeRoom(min(count, most - bytes.count))
                bytes += UnsafeRawBufferPointer(start: block, count: min(count, most - bytes.count))
            }
            if code == ARCHIVE_WARN { return (bytes, message) }
        }
        return (bytes, nil)
    }
}
