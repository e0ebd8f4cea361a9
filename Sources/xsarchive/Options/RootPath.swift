import ArgumentParser
import XenstoreStream

/// A path at which a tree can hang, as a user gives it.
struct RootPath: ExpressibleByArgument {
    let text: String

    /// The path without a slash at its end.
    var octets: Octets {
        let path = Octets(text.utf8)
        return path.count > 1 && path.last == UInt8(ascii: "/") ? path.dropLast() : path
    }

    init?(argument: String) {
        text = argument
        guard Path.isValid(octets) else { return nil }
    }
}
