extension LayoutDetection {
    /// The layout of a listing that was found in a text.
    public init(_ part: ListingPart) {
        self.init(format: StreamFormat(text: part.layout), certainty: .certain, reason: part.reason)
    }
}
