/// The name of a file to write.
enum OutputName {
    /// `-` for each name that standard output has.
    static func normalized(_ name: String) -> String {
        ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(name) ? "-" : name
    }
}
