// swift-tools-version: 6.1
import PackageDescription

// What `make bench` needs in addition to the program: images of hosts that do not exist; see
// docs/performance.md.
let package = Package(
    name: "xsarchive-benchmarks",
    dependencies: [.package(name: "xsarchive", path: "..")],
    targets: [
        // Shared with the tests of the project itself; the directory is a link.
        .target(name: "TestSupport", dependencies: [.product(name: "XenstoreStream", package: "xsarchive")]),
        .target(
            name: "SyntheticHost",
            dependencies: ["TestSupport", .product(name: "XenstoreStream", package: "xsarchive")]),
        .executableTarget(name: "MakeImages", dependencies: ["SyntheticHost"]),
    ]
)
