import XenstoreStream

/// The names in a path that are domids.
struct DomainPath {
    /// The domids and their places in the path, from left to right.
    private(set) var domids: [(domid: UInt16, range: Range<Int>)] = []
    private let path: Octets

    /// Where a domid is: `#` is a domid, `*` any name. Homes, and what libxl and xenopsd keep by
    /// domid; the kernel reports errors of a device under error/, QEMU its state under
    /// device-model/.
    private static let absolute = [
        "/local/domain/#", "/local/domain/*/device-model/#", "/local/domain/*/backend/*/#",
        "/local/domain/*/error/backend/*/#", "/libxl/#", "/xenops/domain/#", "/vm/*/domains/#",
    ].map(names)
    /// The special paths that name a domain (xenstore.txt, "WATCH").
    private static let special = ["@introduceDomain/#", "@releaseDomain/#"].map(names)
    /// The same places as a watch of a backend or of a device model names them, relative to the
    /// home of its connection's domain.
    private static let relative = ["device-model/#", "backend/*/#", "error/backend/*/#"].map(names)

    /// The nodes whose value is a domid, in addition to `frontend-id` and `backend-id`.
    private static let holders = [
        "/local/domain/*/domid", "/local/domain/*/target", "/local/domain/*/image/device-model-domid",
    ].map(names)
    private static let ends = ["frontend-id", "backend-id"].map { Octets($0.utf8) }

    /// A node's path, or a value that is one.
    init(_ path: Octets) {
        self.init(path, Path.isAbsolute(path) ? Self.absolute : Path.isSpecial(path) ? Self.special : [])
    }

    /// The path of a watch, which may be relative.
    init(watch path: Octets) {
        self.init(
            path, Path.isAbsolute(path) ? Self.absolute : Path.isSpecial(path) ? Self.special : Self.relative)
    }

    private init(_ path: Octets, _ patterns: [[Octets]]) {
        self.path = path
        let names = Self.names(path)
        for pattern in patterns where Self.begins(names, with: pattern) {
            let name = names[pattern.count - 1]
            if let domid = Self.domid(name) { domids.append((domid, name.startIndex..<name.endIndex)) }
        }
    }

    /// The domain that the path is about: the last that it names, as a backend concerns the domain
    /// that uses the device, not the one that serves it.
    var concerned: UInt16? {
        domids.last?.domid
    }

    /// Whether the value of the node with this path is a domid.
    var holdsDomid: Bool {
        if !domids.isEmpty && Self.ends.contains(Path.name(of: path)) { return true }
        let names = Self.names(path)
        return Self.holders.contains { $0.count == names.count && Self.begins(names, with: $0) }
    }

    /// The path with each domid replaced; nil if one has no replacement.
    func renamed(_ newDomid: (UInt16) -> UInt16?) -> Octets? {
        var result = path
        for (domid, range) in domids.reversed() {
            guard let new = newDomid(domid) else { return nil }
            if new != domid { result.replaceSubrange(range, with: String(new).utf8) }
        }
        return result
    }

    /// The number of a domain in decimal digits, as a daemon writes it: without leading zeros.
    static func domid(_ name: Octets) -> UInt16? {
        guard !name.isEmpty, name.count <= 5, name.allSatisfy(ASCII.isDigit),
            name.count == 1 || name.first != ASCII.zero
        else { return nil }
        return UInt16(String(decoding: name, as: UTF8.self))
    }

    // MARK: Names

    /// The names between slashes, as far as any pattern reaches.
    private static func names(_ path: Octets) -> [Octets] {
        path.split(separator: ASCII.slash, maxSplits: 8, omittingEmptySubsequences: false)
    }

    private static func names(_ pattern: String) -> [Octets] {
        names(Octets(pattern.utf8))
    }

    private static func begins(_ names: [Octets], with pattern: [Octets]) -> Bool {
        guard names.count >= pattern.count else { return false }
        return zip(names, pattern).allSatisfy { $1 == [ASCII.hash] || $1 == [ASCII.star] || $0 == $1 }
    }
}
