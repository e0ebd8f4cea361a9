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
    /// - Parameter images: one, or the older and the newer one: each as the user gave it, and what
    ///   it is.
    static func say(_ images: [(reference: String, source: ImageSource)]) throws {
        if images.count == 2, case .archive(_, let left) = images[0].source.origin,
            case .archive(_, let right) = images[1].source.origin, left.label.series != right.label.series
        {
            Console.note(
                "xsarchive: the images are of two series: \(images[0].source.name) of \(left.label.series), "
                    + "\(images[1].source.name) of \(right.label.series); @SERIES:latest~1 and @SERIES:latest are "
                    + "of one")
            return
        }
        for (text, source) in images {
            if case .archive(let archive, let image) = source.origin, let reference = try ImageReference(text) {
                try say(reference, image, archive)
            }
        }
    }
}
