import AuraStorage

extension SimulatedFileSystem {
    /// A refusal before it is known which operation it answers.
    struct Refusal: Error {
        let reason: FileSystemError.Reason

        init(_ reason: FileSystemError.Reason) {
            self.reason = reason
        }

        static let isDirectory = Refusal(.other(21))
        static let notDirectory = Refusal(.other(20))
        static let badDescriptor = Refusal(.other(9))
        static let invalid = Refusal(.other(22))
        static let tooLarge = Refusal(.other(27))
        static let ioError = Refusal(.other(5))
    }

    /// A name in a directory; the directory is spelled without a slash at either end.
    ///
    /// The root is the empty name in the empty directory. Absolute and relative paths mean the same.
    struct Place: Hashable, Sendable {
        let directory: String
        let name: String

        init(_ path: String) {
            let components = path.split(separator: "/").filter { $0 != "." }
            precondition(!components.contains(".."), "A simulated path climbs: \(path)")
            directory = components.dropLast().joined(separator: "/")
            name = String(components.last ?? "")
        }

        var path: String { directory.isEmpty ? name : "\(directory)/\(name)" }
    }

    /// What a name stands for.
    enum Entry: Hashable, Sendable {
        case directory
        case file(Int)
    }

    /// One step in the life of names: it happens as a whole or not at all.
    enum NameChange: Sendable {
        case link(Place, Entry)
        case unlink(Place, node: Int)
        case move(node: Int, from: Place, to: Place)

        var places: [Place] {
            switch self {
            case .link(let place, _), .unlink(let place, _): [place]
            case .move(_, let source, let target): [source, target]
            }
        }

        var node: Int? {
            switch self {
            case .link(_, .directory): nil
            case .link(_, .file(let node)), .unlink(_, let node), .move(let node, _, _): node
            }
        }

        /// Whether the order of the two matters.
        func touches(_ other: NameChange) -> Bool {
            if let node, node == other.node { return true }
            return places.contains { other.places.contains($0) }
        }
    }

    /// The directories and what their names stand for.
    struct Names: Sendable {
        private(set) var directories: [String: [String: Entry]] = ["": [:]]

        /// What stands at the place; nothing where the name or a directory above is missing.
        func entry(_ place: Place) -> Entry? {
            place.name.isEmpty ? .directory : directories[place.directory]?[place.name]
        }

        /// Refuses a place whose parent is no directory.
        func requireParent(_ place: Place) throws(Refusal) {
            if directories[place.directory] != nil { return }
            var above = Place(place.directory)
            while true {
                switch entry(above) {
                case .file: throw .notDirectory
                case .directory: throw Refusal(.notFound)
                case nil: above = Place(above.directory)
                }
            }
        }

        /// The file at the place.
        func file(_ place: Place) throws(Refusal) -> Int {
            try requireParent(place)
            switch entry(place) {
            case .file(let node): return node
            case .directory: throw .isDirectory
            case nil: throw Refusal(.notFound)
            }
        }

        /// The names in a directory, sorted bytewise.
        func list(_ place: Place) throws(Refusal) -> [String] {
            try requireParent(place)
            switch entry(place) {
            case .directory: break
            case .file: throw .notDirectory
            case nil: throw Refusal(.notFound)
            }
            return directories[place.path, default: [:]].keys
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }

        /// Carries a change out, also where changes before it were left out: a file never has two
        /// names then, and a name never stands for two things.
        mutating func apply(_ change: NameChange) {
            switch change {
            case .link(let place, let entry):
                directories[place.directory, default: [:]][place.name] = entry
                // The names in it may be there already: they are durable apart from its own name.
                if entry == .directory && directories[place.path] == nil {
                    directories[place.path] = [:]
                }
            case .unlink(let place, _):
                directories[place.directory]?[place.name] = nil
            case .move(let node, let source, let target):
                if entry(source) == .file(node) {
                    directories[source.directory]?[source.name] = nil
                } else {
                    forget(node)
                }
                directories[target.directory, default: [:]][target.name] = .file(node)
            }
        }

        /// Takes away all names of a file.
        mutating func forget(_ node: Int) {
            for (directory, entries) in directories {
                for (name, entry) in entries where entry == .file(node) {
                    directories[directory]?[name] = nil
                }
            }
        }

        /// Without the directories that no path leads to any more.
        func reachable() -> Names {
            var kept = Names()
            var waiting = [""]
            while let directory = waiting.popLast() {
                let entries = directories[directory, default: [:]]
                kept.directories[directory] = entries
                for (name, entry) in entries where entry == .directory {
                    waiting.append(directory.isEmpty ? name : "\(directory)/\(name)")
                }
            }
            return kept
        }

        /// The paths of all files, sorted.
        func paths() -> [String] {
            var paths: [String] = []
            for (directory, entries) in directories {
                for case (let name, .file) in entries {
                    paths.append(directory.isEmpty ? "/\(name)" : "/\(directory)/\(name)")
                }
            }
            return paths.sorted()
        }

        /// The files that have a name, in no order.
        func nodes() -> [Int] {
            directories.values.flatMap { entries in
                entries.values.compactMap { entry in
                    if case .file(let node) = entry { node } else { nil }
                }
            }
        }
    }
}
