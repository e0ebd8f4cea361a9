extension Rule {
    /// Whether its findings say how a listing was read, not what is odd about its nodes.
    public var isAboutReading: Bool {
        switch self {
        case .unknownLine, .cutLine, .otherText, .textEncoding, .quotedPrintable, .carriageReturns, .quotedText,
            .unwrappedLine,
            .cutValue, .cutName, .unknownValue, .treeIndentation, .unknownRoot, .filteredListing, .listingError,
            .duplicateNode:
            true
        default: false
        }
    }
}
