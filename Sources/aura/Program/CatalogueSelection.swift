import AuraCore

/// The types that `--event-type` means.
enum CatalogueSelection {
    /// One type of the catalogue, or with `all` those that applications send.
    static func types(_ name: String) throws -> [String] {
        if name == "all" { return Catalogue.seed.map(\.type) }
        guard Catalogue.schema(for: name) == nil else { return [name] }
        let names = Catalogue.all.map(\.type)
        let hint =
            nearest(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? "there are all, \(names.joined(separator: ", "))"
        throw CommandFailure(.usage, "unknown event type '\(name)'", hint: hint)
    }
}
