// swift-tools-version: 6.2
import PackageDescription

/// As in the package that is measured.
let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "aura-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "aura", path: "..")],
    targets: [
        .executableTarget(
            name: "aura-batches",
            dependencies: [.product(name: "AuraImport", package: "aura")],
            swiftSettings: settings),
        .executableTarget(
            name: "aura-flush",
            dependencies: [.product(name: "AuraEngine", package: "aura")],
            swiftSettings: settings),
        .executableTarget(
            name: "aura-metrics",
            dependencies: [.product(name: "AuraEngine", package: "aura")],
            swiftSettings: settings),
    ]
)
