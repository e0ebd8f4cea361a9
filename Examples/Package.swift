// swift-tools-version: 6.1
import PackageDescription

// What a program of one's own looks like that uses the libraries.
let package = Package(
    name: "Examples",
    dependencies: [.package(name: "xsarchive", path: "..")],
    targets: [
        .executableTarget(
            name: "CompareImages",
            dependencies: [
                .product(name: "XenstoreStream", package: "xsarchive"),
                .product(name: "XenstoreArchive", package: "xsarchive"),
                .product(name: "XenstoreAnalysis", package: "xsarchive"),
            ]
        )
    ]
)
