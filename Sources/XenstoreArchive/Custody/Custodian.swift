import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Who acts on an archive, as the custody log states it.
///
/// This is what the process says about itself: a process that may write to the file can write
/// anything else into it.
public struct Custodian: Equatable, Sendable {
    /// Login name and uid, and the caller of sudo.
    public var user: String
    /// The host's name.
    public var host: String
    /// The program's name and version.
    public var tool: String
    /// The program's arguments as one line.
    public var arguments: String

    /// A custodian by these words.
    public init(user: String, host: String, tool: String, arguments: String) {
        self.user = user
        self.host = host
        self.tool = tool
        self.arguments = arguments
    }

    /// This process.
    public static let current = Custodian(
        user: currentUser, host: currentHost, tool: ProgramVersion.name + " " + ProgramVersion.number,
        arguments: line(Array(CommandLine.arguments.dropFirst())))

    private static var currentUser: String {
        let uid = geteuid()
        let name = getpwuid(uid).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "?"
        let caller = getenv("SUDO_USER").map { String(cString: $0) } ?? ""
        return "\(name) (uid \(uid)\(caller.isEmpty || uid != 0 ? "" : ", sudo of \(Escape.printable(caller))"))"
    }

    private static var currentHost: String {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays 0, even if the system truncates the name.
        guard gethostname(&name, name.count - 1) == 0 else { return "?" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Arguments as one line. Those that a shell would interpret, or that are not printable, are in
    /// quotes with escapes.
    static func line(_ arguments: [String]) -> String {
        arguments.map { argument in
            let isPlain =
                !argument.isEmpty
                && argument.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte | 0x20) || (0x2B...0x3A).contains(byte) || byte == 0x40 || byte == 0x5F
                        || byte == 0x3D || byte == 0x25
                }
            return isPlain ? argument : Escape.quoted(Octets(argument.utf8))
        }.joined(separator: " ")
    }
}
