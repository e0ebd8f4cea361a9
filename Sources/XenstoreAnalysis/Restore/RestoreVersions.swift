/// The versions of the C xenstored that do one thing on restore.
struct RestoreVersions: Sendable {
    /// In words.
    let title: String
    private let includes: @Sendable (XenVersion) -> Bool

    /// Versions that look for the domain of every owner and entry: since the advisories of
    /// November 2022.
    static let lookForDomains = RestoreVersions(title: "Xen 4.15.4, 4.16.3, 4.17 and later") {
        $0 >= XenVersion(4, 17, 0) || ($0.minor == 16 && $0 >= XenVersion(4, 16, 3))
            || ($0.minor == 15 && $0 >= XenVersion(4, 15, 4))
    }

    /// Versions that treat the entries of special nodes like all others.
    static let markSpecialNodes = RestoreVersions(title: "Xen 4.18 and later") { $0 >= XenVersion(4, 18, 0) }

    /// Versions that read header version 2 and its records.
    static let readVersion2 = RestoreVersions(title: "Xen 4.21 and later") { $0 >= XenVersion(4, 21, 0) }

    /// Versions for which domid 32757 names every domain.
    static let nameEveryDomain = RestoreVersions(title: "Xen 4.22 and later") { $0 >= XenVersion(4, 22, 0) }

    /// The domid that names every domain, for these.
    static let everyDomain = 32757

    func contain(_ version: XenVersion) -> Bool {
        includes(version)
    }
}
