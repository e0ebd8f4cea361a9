import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

extension ByteOrder: ExpressibleByArgument {}

extension LengthRule: ExpressibleByArgument {}

extension Layout: ExpressibleByArgument {
    /// The layouts that a stream or a text can be made in.
    public static var allValueStrings: [String] {
        (streams + [.oxenstored]).map(\.rawValue)
    }
}

/// The form of a stream that is to be made.
struct StreamFormOptions: ParsableArguments {
    @Option(help: "draft, v1, v2 or oxenstored (default: as in the image; of a listing: v1).")
    var layout: Layout?

    @Option(help: "little or big (default: as in the image).")
    var byteOrder: ByteOrder?

    @Option(
        help:
            "Whether len counts a record's padding, as daemons write it (padded), or its body alone (body; default: as in the image)."
    )
    var lengthRule: LengthRule?

    var form: Rebuild.Form {
        Rebuild.Form(layout: layout, byteOrder: byteOrder, lengthRule: lengthRule)
    }
}
