import XenstoreStream

/// Where the items of an image are stored; decided before anything is written.
struct Placement {
    let generation: Generation
    /// For each item, its order key: that of the equal item in the generation before, or a new one.
    let ords: [Int64]
    /// The form of `stream.item_order`; nil if the items come in the order of their keys.
    var order: [UInt8]?
    /// The generation before, and what is kept of it; nil at the beginning of a chain.
    var before: Predecessor?

    /// The generation before, and what the image keeps of it.
    struct Predecessor {
        let tip: ChainTip
        /// For each item of the image, the index of the equal one in the tip; -1 if it is new.
        let matches: [Int]
    }

    /// Whether an item gets a span of its own.
    func isNew(_ index: Int) -> Bool {
        before.map { $0.matches[index] < 0 } ?? true
    }
}
