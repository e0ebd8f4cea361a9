import XenstoreArchive

extension Archive {
    /// For tests of a failing disk: the images' bytes by their names, and the problems that
    /// `verify` finds, of which there should be none.
    public func provedImages() throws -> (images: [String: [UInt8]], problems: [String]) {
        var problems: [String] = []
        try Verifier(self).run { if let problem = $0.problem { problems.append("\($0.subject): \(problem)") } }
        var images: [String: [UInt8]] = [:]
        for image in try self.images() {
            var bytes: [UInt8] = []
            try export(image) { bytes += $0 }
            images[image.label.name] = bytes
        }
        return (images, problems)
    }
}
