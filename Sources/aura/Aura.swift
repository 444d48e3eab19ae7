@main
struct Aura {
    static func main() {}
}
