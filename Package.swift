// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "xsarchive",
    products: [
        .executable(name: "xsarchive", targets: ["xsarchive"]),
        .library(name: "XenstoreStream", targets: ["XenstoreStream"]),
        .library(name: "XenstoreClient", targets: ["XenstoreClient"]),
        .library(name: "XenstoreArchive", targets: ["XenstoreArchive"]),
        .library(name: "XenstoreAnalysis", targets: ["XenstoreAnalysis"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    ],
    targets: [
        // The format alone: no Foundation, no SQLite, no imports at all.
        .target(name: "XenstoreStream"),
        // The client's side of the protocol, and how an image is made with it.
        .target(name: "XenstoreClient", dependencies: ["XenstoreStream"]),
        // The system's SQLite.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // The system's libarchive.
        .systemLibrary(name: "CLibarchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        // schema/ and queries/ of the top level, embedded; the directories here are links to them.
        .target(
            name: "ArchiveSQL",
            resources: [.embedInCode("schema"), .embedInCode("queries")]
        ),
        .target(
            name: "XenstoreArchive",
            dependencies: [
                "XenstoreStream", "ArchiveSQL", "CSQLite", "CLibarchive",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(name: "XenstoreAnalysis", dependencies: ["XenstoreArchive", "XenstoreStream", "ArchiveSQL"]),
        // What a report's page consists of besides its data.
        .target(name: "ReportAssets", resources: [.embedInCode("page")]),
        .executableTarget(
            name: "xsarchive",
            dependencies: [
                "XenstoreAnalysis", "XenstoreArchive", "XenstoreClient", "XenstoreStream", "ReportAssets",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        // The fixtures' list and the seeded generator, shared by the test targets.
        .target(name: "TestSupport", dependencies: ["XenstoreStream"], path: "Tests/TestSupport"),
        .target(name: "ArchiveTestSupport", dependencies: ["XenstoreArchive"], path: "Tests/ArchiveTestSupport"),
        // A layer below SQLite that fails on purpose.
        .target(name: "FaultVFS", dependencies: ["CSQLite"], path: "Tests/FaultVFS"),
        // The rules of this repository that no compiler knows, held against its files.
        .testTarget(name: "HouseRulesTests", dependencies: ["TestSupport"], exclude: ["Exceptions"]),
        .testTarget(name: "XenstoreStreamTests", dependencies: ["XenstoreStream", "TestSupport"]),
        .testTarget(name: "XenstoreClientTests", dependencies: ["XenstoreClient", "XenstoreStream", "TestSupport"]),
        .testTarget(
            name: "XenstoreArchiveTests",
            dependencies: [
                "XenstoreArchive", "XenstoreStream", "ArchiveSQL", "CSQLite", "FaultVFS", "TestSupport",
                "ArchiveTestSupport",
            ]
        ),
        .testTarget(
            name: "XenstoreAnalysisTests",
            dependencies: [
                "XenstoreAnalysis", "XenstoreArchive", "XenstoreStream", "ArchiveSQL", "CSQLite", "FaultVFS",
                "TestSupport", "ArchiveTestSupport",
            ]
        ),
        .testTarget(name: "xsarchiveTests", dependencies: ["xsarchive", "XenstoreArchive", "TestSupport"]),
    ]
)

// `make documentation`; nobody else needs the plugin.
if Context.environment["XSARCHIVE_DOCUMENTATION"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
