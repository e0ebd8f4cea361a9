import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where a daemon listens.
public enum StoreSocket {
    /// The paths at which clients look for a daemon, in order: `$XENSTORED_PATH`, the socket in
    /// `$XENSTORED_RUNDIR`, those of usual builds, and the device through which a kernel passes
    /// requests on.
    public static var candidates: [String] {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let own = [variable("XENSTORED_PATH"), variable("XENSTORED_RUNDIR").map { $0 + "/socket" }].compactMap { $0 }
        if let first = own.first { return [first] }
        return ["/run/xenstored/socket", "/var/run/xenstored/socket", "/dev/xen/xenbus"]
    }

    /// The first candidate that exists; the first of all if none does.
    public static var standard: String {
        let paths = candidates
        return paths.first { access($0, F_OK) == 0 } ?? paths.first ?? ""
    }
}
