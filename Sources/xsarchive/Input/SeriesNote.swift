import XenstoreArchive

/// What is said on standard error about the series that references chose.
enum SeriesNote {
    /// Says which image of which series a reference took, if it could have been of several.
    static func say(_ reference: ImageReference, _ image: ArchivedImage, _ archive: Archive) throws {
        let count = try archive.seriesCount(for: reference)
        guard count > 1 else { return }
        let image = "@\(image.imageID) \(image.label.name) of series \(image.label.series)"
        let rest = reference.text.dropFirst()
        let what = if case .latest = reference { "there are \(count) series" } else { "\(count) series have this name" }
        Console.note("xsarchive: \(reference.text) is \(image); \(what), name one like @SERIES:\(rest)")
    }

    /// Warns if two archived images are of two series; otherwise says which series were taken.
    /// - Parameter images: one or two, each as the user gave it, and what it is.
    static func say(_ images: [(String, ImageSource)]) throws {
        if images.count == 2 { return try say(old: images[0], new: images[1]) }
        for (text, source) in images {
            if case .archive(let archive, let image) = source.origin, let reference = try ImageReference(text) {
                try say(reference, image, archive)
            }
        }
    }

    /// Warns if two archived images are of two series; otherwise says which series was taken.
    /// - Parameters:
    ///   - old: the older image as the user gave it, and what it is.
    ///   - new: the newer one.
    static func say(old: (String, ImageSource), new: (String, ImageSource)) throws {
        if case .archive(_, let left) = old.1.origin, case .archive(_, let right) = new.1.origin,
            left.label.series != right.label.series
        {
            Console.note(
                "xsarchive: the images are of two series: \(old.1.name) of \(left.label.series), \(new.1.name) of "
                    + "\(right.label.series); @SERIES:latest~1 and @SERIES:latest are of one")
            return
        }
        for image in [old, new] { try say([image]) }
    }
}
