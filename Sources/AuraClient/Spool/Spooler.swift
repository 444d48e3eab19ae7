import AuraCore
import AuraFiles
import Dispatch
import NIOCore
import Synchronization

/// Between recorder and link: writes what was gathered to the spool, and gives the link what is
/// durable there.
///
/// Files are touched on a queue of its own, which a slow disk may hold up. The link asks, and tells,
/// on its event loop; what both need lies in `Exchange`.
final class Spooler: Sendable {
    /// What is used on the queue alone.
    struct Disk: Sendable {
        var files: SpoolFiles
        /// Written, and their callers wait until they are durable.
        var waiting: [UInt64] = []
        /// When what the link has, or will get, was written; the oldest first.
        var times = CircularBuffer<(position: SpoolPosition, time: Int64)>()
    }

    let queue = DispatchQueue(label: "aura.spool", qos: .utility)
    let exchange = Mutex(Exchange())
    /// Nil before the spool is open and after it is closed.
    let disk = Mutex<Disk?>(nil)
    private let link = Mutex(WeakLink())
    let recorder: Recorder
    let configuration: ClientConfiguration
    let spool: ClientSpool
    private let fileSystem: any FileSystem
    /// Bytes that the spool may take.
    let limit: Int

    /// The link owns its owner, so the way back is weak.
    private struct WeakLink: Sendable {
        weak var link: Link?
    }

    init(
        _ configuration: ClientConfiguration, _ spool: ClientSpool, _ recorder: Recorder,
        fileSystem: any FileSystem
    ) {
        self.configuration = configuration
        self.spool = spool
        self.recorder = recorder
        self.fileSystem = fileSystem
        limit = max(spool.maximumBytes, 4 * SpoolFiles.fileBytes)
    }

    /// Opens the spool, and lets the link send what is left in it.
    func open(_ link: Link) {
        self.link.withLock { $0.link = link }
        queue.async { self.open() }
    }

    private func open() {
        do throws(SpoolError) {
            let files = try SpoolFiles(
                in: spool.directory, fileSystem, producer: configuration.givenProducer,
                drawn: (configuration.producer, UInt64.random(in: 0...UInt64.max)))
            let sender = Sender(
                producer: files.producer, limit: configuration.inFlight, spool: files.mark)
            let nextID = files.nextID
            exchange.withLock { $0.stored = files.mark?.stored ?? 0 }
            disk.withLock { $0 = Disk(files: files) }
            linked?.begin(sender)
            recorder.settled(before: load() ?? nextID)
            tellRoom()
            // What waited for it comes in behind what was left.
            signal(recorder.opened(nextID: nextID))
        } catch {
            recorder.stopped(.spool(error)) { _ in nil }
            configuration.onNotice(.stopped(.spool(error)))
        }
    }

    var linked: Link? { link.withLock { $0.link } }

    /// Returns once it is open, or cannot be.
    func waitForOpening() async {
        await run { _ in }
    }

    /// Makes durable whatever was gathered.
    func drain() async {
        await run {
            $0.write()
            $0.sync()
        }
    }

    /// Notes what has become of it, and lets the directory go.
    func close() async {
        await run {
            $0.write()
            $0.sync()
            $0.promise()
            $0.disk.withLock { $0 = nil }
        }
    }

    private func run(_ body: @escaping @Sendable (Spooler) -> Void) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            queue.async {
                body(self)
                continuation.resume()
            }
        }
    }

    /// Does what recording asks for, from any thread.
    func signal(_ signal: LinkSignal) {
        if let id = signal.started {
            after(configuration.linger) {
                $0.recorder.cut(id: id)
                $0.write()
            }
        }
        if signal.isReady { queue.async { self.write() } }
    }

    func after(_ wait: Duration, _ body: @escaping @Sendable (Spooler) -> Void) {
        queue.asyncAfter(deadline: .now() + wait / .seconds(1)) { body(self) }
    }

    /// Tells the recorder how much the spool still takes.
    func tellRoom() {
        guard
            let (size, oldest) = disk.withLock({ disk in
                disk.map { ($0.files.size, $0.times.first?.time) }
            })
        else { return }
        var refusal = exchange.withLock { $0.failure.map(ClientError.spool) }
        let limit = configuration.clock().microseconds - spool.maximumAge.wholeMicroseconds
        if let oldest, oldest < limit {
            let time = Timestamp(microseconds: oldest)
            refusal = refusal ?? .spoolFull(reason: "its oldest event waits since \(time)")
        }
        signal(recorder.spoolHolds(bytes: size, of: self.limit, refusal: refusal))
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 { Int64(self / .microseconds(1)) }
}
