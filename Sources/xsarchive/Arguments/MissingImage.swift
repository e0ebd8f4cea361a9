import XenstoreArchive

/// A file that is not there, where something else was meant than the name of a file.
enum MissingImage {
    /// - Parameters:
    ///   - name: where a file's name is expected.
    ///   - options: the archive whose images can be meant; nil where no archived image is taken.
    /// - Throws: `ArchiveError` that says what to write instead; nothing where a file may have been meant.
    static func refuse(_ name: String, in options: ArchiveOptions?) throws {
        guard name != "-", !FileIO.exists(name), let advice = advice(name, options) else { return }
        throw ArchiveError(.file, "\(name): there is no such file; \(advice)")
    }

    private static func advice(_ name: String, _ options: ArchiveOptions?) -> String? {
        if name.hasPrefix("@") {
            return "archived images are not taken here; 'xsarchive export \(name) -o FILE' writes one to a file"
        }
        if ["/local/", "/libxl/", "/tool/", "/vm/", "/xapi/"].contains(where: { (name + "/").hasPrefix($0) }) {
            return "the image comes first, then the path"
        }
        guard let options else { return nil }
        if name.hasSuffix(".html") { return "-o names the page to write" }
        return (try? options.archivedImage("@" + name)) != nil ? "did you mean @\(name)?" : nil
    }
}
