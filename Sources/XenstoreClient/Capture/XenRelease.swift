import XenstoreStream

/// Which release of Xen a daemon is of, as far as it can be seen from outside.
public struct XenRelease: Equatable, Sendable {
    /// The first number: 4.
    public let major: Int
    /// The second number.
    public let minor: Int
    /// The third number; nil: unknown.
    public let patch: Int?

    /// A text such as `4.17` or `4.21.1`; nil if it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let major = parts[0], let minor = parts[1], major >= 0, minor >= 0 else {
            return nil
        }
        if parts.count == 3 {
            guard let patch = parts[2], patch >= 0 else { return nil }
            self.patch = patch
        } else {
            patch = nil
        }
        (self.major, self.minor) = (major, minor)
    }

    /// The release of a running daemon: the one in the path of its program, like `xen-4.17`, with
    /// the third number of the hypervisor if that is the same release; without such a path, that of
    /// the hypervisor.
    /// - Returns: nil if nothing says it.
    public static func of(_ process: DaemonProcess, hypervisor: XenRelease? = .ofHypervisor) -> XenRelease? {
        let named = process.program.split(separator: "/").compactMap { part in
            part.hasPrefix("xen-") ? XenRelease(String(part.dropFirst(4))) : nil
        }.first
        guard let named else { return hypervisor }
        if named.patch == nil, let hypervisor, (hypervisor.major, hypervisor.minor) == (named.major, named.minor) {
            return hypervisor
        }
        return named
    }

    /// The release of the hypervisor that runs; nil if this is no domain of one.
    public static var ofHypervisor: XenRelease? {
        let parts = ["major", "minor", "extra"].map { name in
            let bytes = DaemonProcess.content("/sys/hypervisor/version/\(name)")
            return String(decoding: bytes.prefix { $0 != ASCII.newline }, as: UTF8.self)
        }
        // Distributions add words to the third number.
        let patch = parts[2].dropFirst().prefix { $0.isASCII && $0.isNumber }
        return XenRelease("\(parts[0]).\(parts[1])" + (patch.isEmpty ? "" : ".\(patch)"))
    }

    /// Whether it is this release of another, or a later one.
    public func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// The numbers with points between them.
    public var text: String {
        "\(major).\(minor)" + (patch.map { ".\($0)" } ?? "")
    }
}
