// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled alike: the Swift 6 language mode for data races, strict memory safety
/// (each unsafe construct must say `unsafe`), and no warning survives.
let common: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]
let sources: [SwiftSetting] = common + [.enableUpcomingFeature("InternalImportsByDefault")]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func source(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: sources)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: common)
}

let package = Package(
    name: "aura",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "aura", targets: ["aura"]),
        .library(
            name: "AuraEngine",
            targets: ["AuraCore", "AuraFiles", "AuraStorage", "AuraQuery", "AuraEngine"]),
        .library(
            name: "AuraClient",
            targets: ["AuraCore", "AuraFiles", "AuraWire", "AuraTLS", "AuraClient"]),
        .library(name: "AuraImport", targets: ["AuraCore", "AuraImport"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Machine.
        .target(name: "CAura"),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CXXHash", cSettings: [.unsafeFlags(["-O3"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Values.
        source("AuraCore", ["CXXHash"]),
        source("AuraFiles", ["CAura", "AuraCore"]),
        // Engine: knows no network.
        source("AuraStorage", ["CLZ4", "AuraCore", "AuraFiles"]),
        source("AuraQuery", ["CRE2", "AuraCore", "AuraStorage"]),
        source("AuraEngine", ["CAura", "AuraCore", "AuraStorage", "AuraQuery", logging]),
        // Product.
        source("AuraMetadata", [crypto, grdb]),
        // Edges: know each other only where a line says so.
        source("AuraWire", ["AuraCore", nioCore]),
        source("AuraTLS", [nioCore, nioSSL]),
        source(
            "AuraServer",
            [
                "AuraCore", "AuraStorage", "AuraQuery", "AuraEngine", "AuraWire", "AuraTLS",
                nioCore, nioPosix, nioSSL, nioTLS, logging,
            ]),
        source(
            "AuraClient",
            [
                "CAura", "AuraCore", "AuraFiles", "AuraWire", "AuraTLS", nioCore, nioPosix, nioSSL,
                nioTLS,
            ]),
        source("AuraImport", ["AuraCore", "CZlib"]),
        // Program.
        .executableTarget(
            name: "aura",
            dependencies: [
                "CAura", "CEdit", "AuraCore", "AuraStorage", "AuraQuery", "AuraEngine",
                "AuraMetadata", "AuraWire", "AuraTLS", "AuraServer", "AuraClient", "AuraImport",
                argumentParser, logging, nioCore, nioPosix, yams,
            ],
            swiftSettings: sources),
        // A world for tests: never linked by the program.
        .target(
            name: "AuraTesting", dependencies: ["AuraCore", "AuraStorage"],
            path: "Tests/AuraTesting", swiftSettings: common),

        tests("AuraCoreTests", ["AuraCore", "AuraTesting"]),
        tests("AuraStorageTests", ["AuraCore", "AuraFiles", "AuraStorage", "AuraTesting"]),
        tests(
            "AuraEngineTests",
            ["AuraCore", "AuraStorage", "AuraQuery", "AuraEngine", "AuraTesting"]),
        tests("AuraQueryTests", ["AuraCore", "AuraStorage", "AuraQuery", "AuraTesting"]),
        tests("AuraWireTests", ["AuraCore", "AuraWire", "AuraTesting", nioCore]),
        tests("AuraImportTests", ["AuraCore", "AuraImport", "AuraTesting", "CZlib"]),
        tests("AuraMetadataTests", ["AuraMetadata", grdb]),
        tests(
            "AuraServerTests",
            [
                "AuraCore", "AuraStorage", "AuraQuery", "AuraEngine", "AuraWire", "AuraServer",
                "AuraTLS", "AuraClient", "AuraFiles", "AuraTesting", logging, nioCore, nioPosix,
                nioEmbedded, nioSSL, nioTLS,
            ]),
        tests(
            "AuraTests",
            [
                "aura", "AuraCore", "AuraStorage", "AuraQuery", "AuraEngine", "AuraMetadata",
                "AuraWire", "AuraTLS", "AuraServer", "AuraClient", "AuraImport", "AuraTesting",
                argumentParser, logging,
            ]),
        tests(
            "FormatTests",
            [
                "AuraCore", "AuraFiles", "AuraStorage", "AuraQuery", "AuraEngine", "AuraWire",
                "AuraClient", "AuraTesting", nioCore,
            ]),
        tests("SimulationTests", ["AuraCore", "AuraStorage", "AuraTesting"]),
        tests("TidyTests", []),
    ],
    cxxLanguageStandard: .cxx17
)
