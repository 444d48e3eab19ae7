import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraImport

@Suite struct SourceTests {
    private static let json = Array(
        """
        {"type":"a","time":1,"text":"h\\u00e9","list":[1,2],"o":{"p":true}}
        not JSON

        {"type":"b","time":2,"id":"x"}\r
        {"type":"c","time":3}
        """.utf8)
    private static let csv = Array(
        "type;time;note\r\na;1;\"x;\r\n\"\"y\"\r\nb;2\r\n\r\nc;3;z".utf8)

    @Test(arguments: [json, csv])
    func `pieces of every size give the same events and the same rejects`(bytes: [UInt8]) throws {
        let whole = try ImportRun(MemorySource(bytes))
        #expect(whole.events.count >= 2 && whole.rejected.count == 1)
        for size in 1...bytes.count {
            for run in [
                try ImportRun(MemorySource(bytes, blockSize: size)),
                try ImportRun(GzipSource(MemorySource(bytes, blockSize: size))),
                try ImportRun(GzipSource(MemorySource(Gzip.member(bytes), blockSize: size))),
            ] {
                #expect(run.batches == whole.batches, "pieces of \(size)")
                #expect(run.rejected == whole.rejected, "pieces of \(size)")
            }
        }
    }

    @Test(arguments: 0..<8)
    func `a file and a pipe give what memory gives`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let table = (0..<3_000).map { "a,\($0),\(random.below(1 << 40))\n" }.joined()
        let bytes = Array(("type,time,n\n" + table).utf8)
        let whole = try ImportRun(MemorySource(bytes)) { $0.batchRows = 1_000 }
        let file = try TemporaryFile(bytes)
        let fromFile = try ImportRun(FileSource(descriptor: file.descriptor)) {
            $0.batchRows = 1_000
        }
        #expect(fromFile.batches == whole.batches)

        let pipe = Pipe()
        let pieces = seed % 2 == 0 ? 4_096 : 300
        Thread.detachNewThread {
            var random = SeededRandom(seed: UInt64(seed))
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = min(rest.count, 1 + random.below(pieces))
                pipe.fileHandleForWriting.write(Data(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            pipe.fileHandleForWriting.closeFile()
        }
        let fromPipe = try ImportRun(
            FileSource(descriptor: pipe.fileHandleForReading.fileDescriptor)
        ) { $0.batchRows = 1_000 }
        #expect(fromPipe.batches == whole.batches, "seed \(seed)")

        // Taken up in the middle, by seeking and by reading over.
        let position = try #require(whole.batches.first?.position)
        for run in [
            try ImportRun(FileSource(descriptor: try file.again()), from: position) {
                $0.batchRows = 1_000
            },
            try ImportRun(MemorySource(bytes, blockSize: 999), from: position) {
                $0.batchRows = 1_000
            },
        ] {
            #expect(run.batches == Array(whole.batches.dropFirst()), "seed \(seed)")
        }
    }

    @Test func `an input that became shorter cannot be resumed`() throws {
        let bytes = Array("type,time\na,1\n".utf8)
        let position = try #require(try ImportRun(MemorySource(bytes)).batches.first?.position)
        let file = try TemporaryFile(Array(bytes.dropLast(5)))
        #expect(throws: InputError.endsEarly(missing: 5)) {
            try ImportRun(FileSource(descriptor: file.descriptor), from: position)
        }
        #expect(throws: InputError.endsEarly(missing: 5)) {
            try ImportRun(MemorySource(Array(bytes.dropLast(5))), from: position)
        }
    }

    @Test func `a descriptor that cannot be read is an error`() {
        #expect(throws: InputError.system(errno: EBADF)) {
            try ImportRun(FileSource(descriptor: -1))
        }
    }
}

/// A file that is gone with its owner.
private final class TemporaryFile {
    private let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    private var handles: [FileHandle] = []

    init(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: url)
        handles.append(try FileHandle(forReadingFrom: url))
    }

    var descriptor: Int32 { handles[0].fileDescriptor }

    /// Another descriptor, at the start.
    func again() throws -> Int32 {
        let handle = try FileHandle(forReadingFrom: url)
        handles.append(handle)
        return handle.fileDescriptor
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            Issue.record("\(url.path) stays behind: \(error)")
        }
    }
}
