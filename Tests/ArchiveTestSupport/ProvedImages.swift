import XenstoreArchive

extension Archive {
    /// What tests of a failing disk look at: the images' bytes by their names, and what `verify` finds, which should be nothing.
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
