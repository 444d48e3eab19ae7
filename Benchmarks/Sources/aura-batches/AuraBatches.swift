import AuraImport
import Foundation

/// Encodes events as Aura sends them: NDJSON on the standard input, on the standard output whole
/// batches of that many events, each after its size (32 bits, little-endian).
///
/// `aura-batches EVENTS ROWS`: of the first EVENTS events, batches of ROWS; what is left over is
/// left out.
@main
struct AuraBatches {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0, numbers[0] >= numbers[1] else {
            throw Failure("usage: aura-batches EVENTS ROWS <NDJSON >BATCHES")
        }
        var options = ImportOptions()
        options.format = .ndjson
        options.batchRows = numbers[1]
        var importer = Importer(FileSource(descriptor: STDIN_FILENO), options: options)
        for _ in 0..<numbers[0] / numbers[1] {
            var rejected: RejectedRow?
            let batch = try importer.next { rejected = $0 }
            if let rejected { throw Failure("line \(rejected.line): \(rejected.reason)") }
            guard let batch, batch.eventCount == numbers[1] else {
                throw Failure("the input has no \(numbers[0]) events that fit whole batches")
            }
            let size = UInt32(batch.bytes.count)
            var item = Data([0, 8, 16, 24].map { UInt8(truncatingIfNeeded: size >> $0) })
            item.append(contentsOf: batch.bytes)
            try FileHandle.standardOutput.write(contentsOf: item)
        }
    }
}

/// Why nothing could be encoded.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
