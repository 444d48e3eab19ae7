"""One greeted connection: frames out and in, and what every conversation needs."""

import select
import socket
import ssl
from contextlib import suppress
from struct import error as StructError

from . import wire

RETRY, RECONNECT, FIX_REQUEST, REOPEN_PRODUCER, STOP = range(5)


class ServerError(Exception):
    """What an ERROR or GOAWAY says; `kind` is its class, and says what to do."""

    def __init__(self, code, kind, message, retry_after=0, expected=0):
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.retry_after = retry_after / 1000  # s
        self.expected = expected

    @classmethod
    def of(cls, fields):
        """The error of an ERROR's fields."""
        rest = fields["retry after"], fields["expected sequence"]
        return cls(fields["code"], fields["class"], fields["message"], *rest)


class Disconnected(Exception):
    """The connection has ended: connect again."""


class TLS:
    """How to speak TLS: whom to trust, and who one is, in PEM files that are read each time."""

    def __init__(self, ca=None, cert=None, cert_key=None, server_name=None):
        self.ca = ca  # the authorities' file; None: those that the system trusts
        self.cert = cert
        self.cert_key = cert_key  # None: in the same file
        self.server_name = server_name  # None: the host's

    def wrap(self, connected, host):
        """The socket, once the handshake is done and the server is who it should be."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["aura/1"])
            if self.cert:
                context.load_cert_chain(self.cert, self.cert_key, password=no_passphrase)
        except OSError as error:
            raise ValueError(f"a file for TLS cannot be used: {error}") from None
        return context.wrap_socket(connected, server_hostname=self.server_name or host)


def no_passphrase():
    """Asks nobody: nobody may be there."""
    raise ValueError("the private key has a passphrase; 'openssl pkey' takes it off")


class Connection:
    """A connection after HELLO and AUTH. PING is answered, credit and STABLE are kept."""

    SILENCE = 60  # s without a byte before a PING, and then before the end

    PIECE = 1 << 14  # bytes that are handed over at once: TLS wants the same again

    def __init__(self, address, key=None, name="aura-python 1.0", tls=None):
        self.buffer = bytearray()
        self.has_ended = False
        self.is_closing = False  # the server takes no further request
        self.most = 65_536
        self.stable = 0
        self.last_request = 0
        try:
            self.socket = socket.create_connection(address, timeout=10)
        except OSError as error:
            raise Disconnected(f"cannot connect to {address[0]}:{address[1]}: {error}") from None
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if tls:
                self._secure(tls, address)
                # An empty key: the certificate that was shown.
                key = "" if key is None and tls.cert else key
            self.socket.setblocking(False)
            self._greet(key, name)
        except BaseException:
            self.close()
            raise

    def _secure(self, tls, address):
        place = f"{address[0]}:{address[1]}"
        try:
            self.socket = tls.wrap(self.socket, address[0])
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message or error.reason
            raise ServerError(0, STOP, f"{place} is not trusted: {reason}") from None
        except ssl.SSLError as error:
            raise Disconnected(f"no TLS with {place}: {error.reason or error}") from None
        except OSError as error:
            raise Disconnected(f"no TLS with {place}: {error}") from None

    def _greet(self, key, name):
        versions = {"minimum version": 1, "maximum version": 1}
        self.send(wire.HELLO, {**versions, "features": 0, "client name": name})
        if key is not None:
            self.send(wire.AUTH, {"key": key})
        greeting = self._expect(wire.HELLO_ACK)
        self.incarnation = greeting["incarnation"]
        self.credit = greeting["initial credit"]
        self.maximum_in_flight = greeting["maximum in flight"]
        if key is not None:
            self._expect(wire.AUTH_OK)
        elif greeting["auth required"]:
            raise ServerError(201, STOP, "the server asks for an API key")
        self.most = greeting["maximum payload"]

    def _expect(self, opcode):
        frame = self.receive()
        if frame.opcode != opcode:
            raise ServerError(108, STOP, f"the server answers with opcode {frame.opcode}")
        return frame.fields

    def close(self):
        if isinstance(self.socket, ssl.SSLSocket):
            # Says that it is over; the peer's word for it is not waited for.
            with suppress(OSError, ValueError):
                self.socket.unwrap()
        self.socket.close()

    def new_request(self):
        """An id that no open request has: they are not reused before four thousand million."""
        self.last_request = self.last_request % 0xFFFF_FFFF + 1
        return self.last_request

    def send(self, opcode, fields, request=0, flags=0, body_hash=None):
        """Sends a frame, and reads meanwhile what comes: neither side waits for the other."""
        data = memoryview(wire.encode(opcode, fields, request, flags, body_hash))
        while data and not self.has_ended:
            readable, writable, _ = select.select([self.socket], [self.socket], [], self.SILENCE)
            if not readable and not writable:
                raise Disconnected("the server takes nothing")
            if readable:
                self._read()
            if writable:
                data = data[self._io(self.socket.send, data[: self.PIECE]) or 0 :]
        if opcode == wire.APPEND:
            self.credit -= wire.FIXED_SIZE + len(fields["batch"])

    def receive(self, within=None):
        """The next frame; None if none comes within so many seconds, where that is given.

        Raises what an ERROR about the connection says, and Disconnected at its end.
        """
        was_asked = False
        while True:
            frame = self._frame()
            if frame:
                return self._noted(frame)
            if self.has_ended:
                raise Disconnected("the server has closed the connection")
            wait = self.SILENCE if within is None else within
            if select.select([self.socket], [], [], wait)[0]:
                self._read()
            elif within is not None:
                return None
            elif was_asked:
                raise Disconnected("the server is silent")
            else:
                was_asked = True
                self.send(wire.PING, {"value": 0})

    def _noted(self, frame):
        opcode, fields = frame.opcode, frame.fields
        if opcode == wire.PING:
            self.send(wire.PONG, fields, frame.request, wire.RESPONSE)
        elif opcode == wire.CREDIT:
            self.credit += fields["bytes"]
        elif opcode == wire.STABLE:
            self.stable = fields["stable"]
        elif opcode == wire.GOAWAY:
            self.is_closing = True
        elif opcode == wire.ERROR and not frame.request:
            raise ServerError.of(fields)
        return frame

    def _frame(self):
        """The next whole frame of the buffer."""
        if len(self.buffer) < wire.HEADER_SIZE:
            return None
        try:
            header = wire.Header.read(self.buffer[: wire.HEADER_SIZE], self.most)
            end = wire.HEADER_SIZE + header.size
            if len(self.buffer) < end:
                return None
            frame = header.frame(bytes(self.buffer[wire.HEADER_SIZE : end]))
        except (wire.Malformed, StructError) as error:
            raise ServerError(106, STOP, f"the server sent what is no frame: {error}") from None
        del self.buffer[:end]
        return frame

    def _read(self):
        data = self._io(self.socket.recv, 1 << 18)
        if data is not None:
            self.buffer += data
            self.has_ended = not data
        # What TLS has taken from the socket already, select does not see.
        while not self.has_ended and self._pending():
            self.buffer += self._io(self.socket.recv, 1 << 18) or b""

    def _pending(self):
        return self.socket.pending() if isinstance(self.socket, ssl.SSLSocket) else 0

    def _io(self, call, argument):
        try:
            return call(argument)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except OSError:
            self.has_ended = True
            return None
