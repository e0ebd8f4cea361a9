// swift-tools-version: 6.1
import PackageDescription

// libFuzzer targets; see docs/fuzzing.md. scripts/fuzz.sh builds and runs them, `make packages`
// only compiles them.
func fuzzer(_ name: String, _ modules: [String]) -> Target {
    .executableTarget(
        name: name, dependencies: modules.map { .product(name: $0, package: "xsarchive") },
        // The fuzzer brings its own main.
        swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
    name: "xsarchive-fuzz",
    dependencies: [.package(name: "xsarchive", path: "..")],
    targets: [
        fuzzer("FuzzDecode", ["XenstoreStream", "XenstoreArchive", "XenstoreAnalysis"]),
        fuzzer("FuzzRoundTrip", ["XenstoreStream"]),
        fuzzer("FuzzArchive", ["XenstoreStream", "XenstoreArchive"]),
        // Shared with the tests of the project itself; the directory is a link.
        .target(name: "TestSupport", dependencies: [.product(name: "XenstoreStream", package: "xsarchive")]),
        .executableTarget(
            name: "Mutants", dependencies: ["TestSupport", .product(name: "XenstoreStream", package: "xsarchive")]),
    ]
)
