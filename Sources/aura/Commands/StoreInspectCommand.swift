import ArgumentParser
import AuraCore
import AuraStorage

extension Store {
    /// `aura store inspect`: what a data directory consists of.
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show files, segments, chunks, columns, edits and producers of a store.",
            discussion: """
                The server must not run. Nothing is written; what cannot be read is said.
                  aura store inspect --data-dir ./data
                  aura store inspect --part columns -o csv
                  aura store inspect --json
                """)

        /// What can be shown by itself.
        enum Part: String, CaseIterable, ExpressibleByArgument {
            case store, files, segments, chunks, types, columns, edits, producers, findings
        }

        @OptionGroup var directory: Directory
        @OptionGroup var output: OutputOptions

        @Option(
            help: "Only this: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
        var part: Part?

        func run() throws {
            let path = try directory.path()
            let found = try Store.attempt { () throws(StorageError) in
                try StoreDirectory(path, in: PosixFileSystem()).inspect()
            }
            if let part {
                output.write(found.answer(part), to: .output)
            } else if output.json || output.output == .json {
                let parts = Part.allCases.map { part in
                    JSONEncoding.quoted(part.rawValue) + ":" + found.answer(part).jsonArray
                }
                StandardOutput.write("{" + parts.joined(separator: ",\n") + "}\n")
            } else {
                for part in Part.allCases {
                    let answer = found.answer(part)
                    if answer.rows.isEmpty { continue }
                    StandardOutput.write("\(part.rawValue):\n")
                    output.write(answer, to: .output)
                    StandardOutput.write("\n")
                }
            }
            guard found.findings.isEmpty else {
                throw CommandFailure(
                    .findings, "\(found.findings.count) parts of \(path) cannot be read",
                    hint: "'aura store verify' looks at everything")
            }
        }
    }
}

extension StoreInspection {
    /// A part as rows.
    fileprivate func answer(_ part: Store.Inspect.Part) -> Answer {
        switch part {
        case .store: storeAnswer
        case .files:
            Answer(["name", "bytes"], files.map { [.text($0.name), .integer($0.size)] })
        case .segments:
            Answer(
                ["segment", "groups", "records", "events"],
                segments.map {
                    [
                        .count($0.number), .integer($0.groups), .integer($0.records),
                        .integer($0.events),
                    ]
                })
        case .chunks: chunksAnswer
        case .types:
            Answer(
                ["chunk", "type", "events"],
                chunks.flatMap { chunk in
                    chunk.types.map { [.count(chunk.number), .text($0.name), .integer($0.rows)] }
                })
        case .columns: columnsAnswer
        case .edits:
            Answer(
                ["group", "time", "edit"],
                edits.map { [.count($0.group), .time($0.time), .text($0.words)] })
        case .producers:
            Answer(
                ["name", "handle", "epoch", "next"],
                producers.map {
                    [
                        .text($0.name), .count(UInt64($0.handle)), .count(UInt64($0.epoch)),
                        .count($0.next),
                    ]
                })
        case .findings:
            Answer(
                ["file", "problem", "remedy"],
                findings.map { [.text($0.file), .text($0.problem), .text($0.remedy)] })
        }
    }

    private var storeAnswer: Answer {
        Answer(
            ["property", "value"],
            [
                [.text("identity"), .text(ContentHash.text(identity))],
                [.text("incarnation"), .text(ContentHash.text(incarnation))],
                [.text("created"), .time(createdAt)],
                [.text("closed_in_order"), .bool(isClosed)], [.text("copy"), .bool(isCopy)],
                [.text("segment_bytes"), .integer(segmentSize)],
                [.text("last_event"), .count(lastEvent)],
                [.text("flushed_event"), .count(flushedEvent)],
                [.text("last_group"), .count(lastGroup)],
                [.text("promised_group"), .count(promisedGroup)],
                [.text("bytes"), .integer(files.reduce(0) { $0 + $1.size })],
            ])
    }

    private var chunksAnswer: Answer {
        Answer(
            [
                "chunk", "events", "bytes", "first", "last", "earliest", "latest", "types",
                "columns",
            ],
            chunks.map {
                [
                    .count($0.number), .integer($0.rows), .integer($0.bytes),
                    .count($0.sequences.lowerBound), .count($0.sequences.upperBound),
                    .time($0.times.lowerBound), .time($0.times.upperBound),
                    .integer($0.types.count), .integer($0.columns.count),
                ]
            })
    }

    private var columnsAnswer: Answer {
        Answer(
            ["chunk", "column", "type", "values", "blocks", "bytes", "encodings"],
            chunks.flatMap { chunk in
                chunk.columns.map {
                    [
                        .count(chunk.number), .text($0.name), .text($0.type?.name ?? ""),
                        .integer($0.values), .integer($0.blocks), .integer($0.bytes),
                        .text($0.encodings.sorted().joined(separator: "+")),
                    ]
                }
            })
    }
}

extension Answer {
    /// Rows whose columns are called so; all but texts stand to the right.
    fileprivate init(_ names: [String], _ rows: [[Cell]]) {
        self.init(
            columns: names.enumerated().map { index, name in
                let isNumeric = rows.first.map { row in
                    if case .text = row[index] { false } else { true }
                }
                return Column(name: name, isNumeric: isNumeric ?? false)
            }, rows: rows)
    }
}

extension Answer.Cell {
    fileprivate static func integer(_ value: Int) -> Self { .integer(Int64(value)) }

    fileprivate static func time(_ microseconds: Int64) -> Self {
        .text(Timestamp(microseconds: microseconds).description)
    }
}
