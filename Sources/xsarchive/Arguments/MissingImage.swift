import XenstoreArchive

/// A file that does not exist, if the user probably meant something other than a file name.
enum MissingImage {
    /// - Parameters:
    ///   - name: what the user gave as a file name.
    ///   - options: the archive whose images can be meant; nil if the command takes no archived
    ///     image.
    /// - Throws: `ArchiveError` that says what to write instead. Does nothing if a file may be
    ///   meant.
    static func refuse(_ name: String, in options: ArchiveOptions?) throws {
        guard name != "-", !FileIO.exists(name), let advice = advice(name, options) else { return }
        throw ArchiveError(.file, "\(name): no such file; \(advice)")
    }

    private static func advice(_ name: String, _ options: ArchiveOptions?) -> String? {
        if name.hasPrefix("@") {
            return "this command takes only files; 'xsarchive export \(name) -o FILE' writes an archived image to one"
        }
        if ["/local/", "/libxl/", "/tool/", "/vm/", "/xapi/"].contains(where: { (name + "/").hasPrefix($0) }) {
            return "give the image first, then the path"
        }
        guard let options else { return nil }
        if name.hasSuffix(".html") { return "give the page to write with -o" }
        return (try? options.archivedImage("@" + name)) != nil ? "did you mean @\(name)?" : nil
    }
}
