import AuraTLS
import AuraWire
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// What a connection of a server with TLS goes through before its first frame.
extension ConnectionHandler {
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { shookHands(context) }
        context.fireUserInboundEventTriggered(event)
    }

    /// The peer speaks TLS, and has shown the certificate that it was asked for, if it has one.
    private func shookHands(_ context: ChannelHandlerContext) {
        shared.counters.countHandshake()
        do {
            let certificate = try context.pipeline.syncOperations.nioSSL_peerCertificate()
            self.certificate = certificate.flatMap { Certificate($0) }?.bytes
        } catch {
            // Without a certificate it can still show a key.
            shared.logger.warning("connection \(id): its certificate cannot be read: \(error)")
        }
        open()
    }

    /// The peer does without TLS and may not.
    func refusePlaintext() {
        open()
        if !isClosing { fail(WireFailure(.tlsRequired)) }
    }

    /// The handshake ended without a TLS connection.
    func failedHandshake(_ error: any Error) {
        shared.counters.countFailedHandshake()
        guard let hidden = shared.configuration.tls?.failureLog.admit(now: .now()) else { return }
        let reason = TLSReason(error).map { reason in
            reason.alert == nil ? reason.text : "the client says: \(reason.text)"
        }
        let others = hidden > 0 ? " (and \(hidden) others since the last such line)" : ""
        shared.logger.notice(
            "connection \(id): no TLS: \(reason ?? "the client went away")\(others)")
    }
}
