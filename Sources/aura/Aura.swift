/// The program `aura`.
@main
struct Aura {
    static func main() {}
}
