public import AuraCore
public import NIOCore

/// Parts of the protocol that both sides must know before they are used.
public struct WireFeatures: OptionSet, Hashable, Sendable {
    /// One bit each.
    public let rawValue: UInt64

    /// Features of that code.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What this build knows: version 1 has no optional feature yet.
    public static let supported: WireFeatures = []
}

/// The versions of the messages that this build speaks.
public enum WireVersion {
    /// The oldest and the newest.
    public static let supported: ClosedRange<UInt16> = 1...1
}

/// What a client may do.
public struct AccessScopes: OptionSet, Hashable, Sendable {
    /// One bit each.
    public let rawValue: UInt64

    /// Scopes of that code.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Open producers and append events.
    public static let ingest = AccessScopes(rawValue: 1)
    /// Count, subscribe, ask for the status.
    public static let read = AccessScopes(rawValue: 2)
    /// Change what the server does.
    public static let admin = AccessScopes(rawValue: 4)
}

/// HELLO: the first frame of a client.
public struct Hello: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.hello
    /// The oldest version of the messages that the client speaks.
    public var minimumVersion: UInt16
    /// The newest version of the messages that the client speaks.
    public var maximumVersion: UInt16
    /// What the client would like to use.
    public var features: WireFeatures
    /// Name and version of the client's program, for the server's records.
    public var clientName: String

    /// A greeting of these parts.
    public init(
        minimumVersion: UInt16 = WireVersion.supported.lowerBound,
        maximumVersion: UInt16 = WireVersion.supported.upperBound,
        features: WireFeatures = .supported, clientName: String
    ) {
        self.minimumVersion = minimumVersion
        self.maximumVersion = maximumVersion
        self.features = features
        self.clientName = clientName
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        minimumVersion = try reader.read()
        maximumVersion = try reader.read()
        guard minimumVersion <= maximumVersion else {
            throw reader.badValue("versions \(minimumVersion) to \(maximumVersion)")
        }
        features = WireFeatures(rawValue: try reader.read())
        clientName = try reader.readString(limit: WireLimits.peerNameBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(minimumVersion)
        buffer.write(maximumVersion)
        buffer.write(features.rawValue)
        buffer.write(string: clientName.clipped(to: WireLimits.peerNameBytes))
    }
}

/// HELLO_ACK: the server's answer to HELLO.
public struct HelloAck: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.helloAck
    /// The version of the messages from now on.
    public var version: UInt16
    /// AUTH must come next; nothing else is answered before.
    public var isAuthRequired: Bool
    /// What both sides know and may use.
    public var features: WireFeatures
    /// Identity of the store: another one after a restore, when what a client believed durable may
    /// be gone.
    public var incarnation: UInt64
    /// Bytes of the greatest payload that the server takes, once the client is known.
    public var maximumPayload: UInt32
    /// Requests that may wait for their answers.
    public var maximumInFlight: UInt32
    /// Bytes of APPEND payloads that may be sent before CREDIT grants more.
    public var initialCredit: UInt64
    /// The server's clock, µs since the epoch.
    public var serverTime: Int64
    /// The server's program.
    public var serverName: String
    /// Its version.
    public var serverVersion: String

    /// An answer of these parts.
    public init(
        version: UInt16, isAuthRequired: Bool, features: WireFeatures, incarnation: UInt64,
        maximumPayload: UInt32, maximumInFlight: UInt32, initialCredit: UInt64, serverTime: Int64,
        serverName: String, serverVersion: String
    ) {
        self.version = version
        self.isAuthRequired = isAuthRequired
        self.features = features
        self.incarnation = incarnation
        self.maximumPayload = maximumPayload
        self.maximumInFlight = maximumInFlight
        self.initialCredit = initialCredit
        self.serverTime = serverTime
        self.serverName = serverName
        self.serverVersion = serverVersion
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        version = try reader.read()
        isAuthRequired = try reader.readBool()
        features = WireFeatures(rawValue: try reader.read())
        incarnation = try reader.read()
        maximumPayload = try reader.read()
        maximumInFlight = try reader.read()
        initialCredit = try reader.read()
        serverTime = try reader.read()
        serverName = try reader.readString(limit: WireLimits.peerNameBytes)
        serverVersion = try reader.readString(limit: WireLimits.peerNameBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(version)
        buffer.write(bool: isAuthRequired)
        buffer.write(features.rawValue)
        buffer.write(incarnation)
        buffer.write(maximumPayload)
        buffer.write(maximumInFlight)
        buffer.write(initialCredit)
        buffer.write(serverTime)
        buffer.write(string: serverName.clipped(to: WireLimits.peerNameBytes))
        buffer.write(string: serverVersion.clipped(to: WireLimits.peerNameBytes))
    }
}

/// AUTH: who the client is.
public struct Auth: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.auth
    /// The API key as text.
    public var key: String

    /// A key.
    public init(key: String) { self.key = key }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        key = try reader.readString(limit: WireLimits.keyBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(string: key)
    }
}

/// AUTH_OK: what the client may do.
public struct AuthOK: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.authOK
    /// What the client may do.
    public var scopes: AccessScopes
    /// Names the key without giving it away.
    public var keyID: String

    /// What a key grants.
    public init(scopes: AccessScopes, keyID: String) {
        self.scopes = scopes
        self.keyID = keyID
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        scopes = AccessScopes(rawValue: try reader.read())
        keyID = try reader.readString(limit: WireLimits.peerNameBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(scopes.rawValue)
        buffer.write(string: keyID.clipped(to: WireLimits.peerNameBytes))
    }
}
