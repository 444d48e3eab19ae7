import AuraCore

extension Producers {
    /// Appends all that is remembered, by handle.
    func append(to out: inout [UInt8]) {
        out.append(little: lastHandle)
        out.append(little: UInt32(producers.count))
        for (handle, producer) in producers.sorted(by: { $0.key < $1.key }) {
            out.append(little: handle)
            producer.append(to: &out)
        }
    }

    /// Reads what `append` wrote.
    init(_ reader: inout ByteReader) throws(FormatError) {
        self.init()
        let lastHandle = try reader.read(UInt32.self)
        let count = try reader.read(UInt32.self)
        guard count <= Limits.producers, count <= lastHandle else {
            throw reader.failure("\(count) producers")
        }
        var last: UInt32 = 0
        for _ in 0..<count {
            let handle = try reader.read(UInt32.self)
            guard handle > last, handle <= lastHandle else {
                throw reader.failure("producer \(handle) behind \(last)")
            }
            last = handle
            guard insert(try Producer(&reader), handle) else {
                throw reader.failure("two producers of one name")
            }
        }
        resume(lastHandle: lastHandle)
    }
}

extension Producer {
    fileprivate func append(to out: inout [UInt8]) {
        out.append(string: name.text)
        out.append(little: epoch)
        out.append(little: nextSequence)
        out.append(little: time)
        let entries = window.filter { $0.producerSequence > 0 }
            .sorted { $0.producerSequence < $1.producerSequence }
        out.append(little: UInt32(entries.count))
        for entry in entries {
            out.append(little: entry.producerSequence)
            out.append(little: entry.firstSequence)
            out.append(little: UInt32(entry.rowCount))
            out.append(little: entry.clientHash)
        }
    }

    fileprivate init(_ reader: inout ByteReader) throws(FormatError) {
        let name = try reader.readString(limit: Limits.producerNameBytes)
        let epoch = try reader.read(UInt32.self)
        let next = try reader.read(UInt64.self)
        let time = try reader.read(Int64.self)
        let count = try reader.read(UInt32.self)
        guard !name.isEmpty, epoch > 0, next > 0, count <= Limits.producerWindow else {
            throw reader.failure("producer '\(name)' with \(count) batches")
        }
        var entries: [Entry] = []
        for _ in 0..<count {
            let entry = Entry(
                producerSequence: try reader.read(), firstSequence: try reader.read(),
                rowCount: Int(try reader.read(UInt32.self)), clientHash: try reader.read())
            guard entry.producerSequence > entries.last?.producerSequence ?? 0,
                entry.producerSequence < next
            else { throw reader.failure("batch \(entry.producerSequence) of '\(name)'") }
            entries.append(entry)
        }
        self.init(
            name: ExactText(name), epoch: epoch, nextSequence: next, time: time, entries: entries)
    }
}
