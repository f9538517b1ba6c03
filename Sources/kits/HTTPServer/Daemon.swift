import CMicrohttpd
import Glibc
import Threading

/// Owner of libmicrohttpd's daemon and of what its callbacks point to.
final class Daemon: Sendable {
    /// libmicrohttpd locks its daemon for itself.
    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
        let listenSocket: CInt
        let unixPath: String?
        let isBorrowed: Bool
        let log: UnsafeMutablePointer<shim_mhd_log>
    }

    /// Where libmicrohttpd's messages go: kept until it has started, passed on afterwards.
    private final class Complaints: Sendable {
        private let early = Locked<[String]?>([])
        private let diagnose: @Sendable (String) -> Void

        init(_ diagnose: @escaping @Sendable (String) -> Void) { self.diagnose = diagnose }

        func add(_ message: String) {
            let isEarly = early.withLock { early in
                early?.append(message)
                return early != nil
            }
            if !isEarly { diagnose(message) }
        }

        func started() { early.withLock { $0 = nil } }

        var all: [String] { early.withLock { $0 ?? [] } }
    }

    private let handle: Handle
    private let reception: Reception
    private let complaints: Complaints

    /// Takes `socket` over, also when it fails.
    init(socket: ListenSocket, options: HTTPServer.Options, reception: Reception) throws(HTTPServerError) {
        self.reception = reception
        complaints = Complaints(options.onDiagnostic)
        // The callbacks' contexts are retained until the daemon has stopped.
        let log = UnsafeMutablePointer<shim_mhd_log>.allocate(capacity: 1)
        log.initialize(
            to: shim_mhd_log(
                receive: { context, message in
                    let text = String(cString: message).split(whereSeparator: \.isNewline).joined(separator: " ")
                    Unmanaged<Complaints>.fromOpaque(context!).takeUnretainedValue().add(text)
                },
                context: Unmanaged.passRetained(complaints).toOpaque()))
        let context = Unmanaged.passRetained(reception)

        let pointer = Self.withOptionalCStrings(options.tls) { certificate, key in
            var configuration = shim_mhd_configuration(
                flags: Self.flags(options, socket), listen_socket: socket.descriptor,
                threads: UInt32(clamping: options.threads), connection_limit: UInt32(clamping: options.connectionLimit),
                per_ip_limit: UInt32(clamping: options.perIPLimit ?? 0),
                idle_timeout: Self.seconds(options.idleTimeout),
                certificate: certificate, key: key, log: log, context: context.toOpaque(),
                begin: { _, target, _ in
                    Unmanaged.passRetained(Exchange(target: String(cString: target))).toOpaque()
                },
                access: { context, connection, _, method, _, data, size, slot in
                    let reception = Unmanaged<Reception>.fromOpaque(context!).takeUnretainedValue()
                    let exchange = Unmanaged<Exchange>.fromOpaque(slot!.pointee!).takeUnretainedValue()
                    return reception.access(connection!, method!, exchange, data: data, size: &size!.pointee)
                },
                completed: { context, _, slot, _ in
                    guard let raw = slot?.pointee else { return }
                    slot?.pointee = nil
                    let exchange = Unmanaged<Exchange>.fromOpaque(raw).takeRetainedValue()
                    Unmanaged<Reception>.fromOpaque(context!).takeUnretainedValue().completed(exchange)
                })
            return shim_mhd_start(&configuration)
        }
        guard let pointer else {
            // libmicrohttpd has closed the socket.
            context.release()
            Self.release(log)
            throw .notStarted(socket.place, tls: options.tls != nil, complaints: complaints.all)
        }
        complaints.started()
        handle = Handle(
            pointer: pointer, listenSocket: socket.descriptor, unixPath: socket.unixPath, isBorrowed: socket.isBorrowed,
            log: log)
    }

    /// Refuses new connections. The socket stays open until `stop()`, as a thread may be about to use its number.
    func stopListening() {
        MHD_quiesce_daemon(handle.pointer)
        if let path = handle.unixPath { unlink(path) }
        // Its maker may listen on: those who come now wait for the next to serve it.
        if !handle.isBorrowed { shutdown(handle.listenSocket, CInt(SHUT_RDWR)) }
    }

    /// Closes all connections and ends the threads. Call once, after `stopListening()`, with no connection suspended.
    func stop() async {
        await withCheckedContinuation { continuation in
            // Joins libmicrohttpd's threads, which blocks.
            WorkThread.start(name: "http-stop") { [self] in
                MHD_stop_daemon(handle.pointer)
                close(handle.listenSocket)  // a quiesced daemon leaves that to its user
                Unmanaged.passUnretained(reception).release()
                Self.release(handle.log)
                continuation.resume()
            }
        }
    }

    private static func release(_ log: UnsafeMutablePointer<shim_mhd_log>) {
        Unmanaged<Complaints>.fromOpaque(log.pointee.context!).release()
        log.deallocate()
    }

    private static func flags(_ options: HTTPServer.Options, _ socket: ListenSocket) -> UInt32 {
        var flags =
            MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ERROR_LOG.rawValue
        if options.tls != nil { flags |= MHD_USE_TLS.rawValue }
        if socket.isIPv6 { flags |= MHD_USE_IPv6.rawValue }
        return flags
    }

    /// Whole seconds, rounded up; 0, which means no timeout to libmicrohttpd, only for 0.
    private static func seconds(_ duration: Duration) -> UInt32 {
        let (seconds, rest) = duration.components
        return UInt32(clamping: seconds + (rest > 0 ? 1 : 0))
    }

    /// The pointers are used while starting only.
    private static func withOptionalCStrings<Result>(
        _ tls: HTTPServer.Options.TLS?, _ body: (UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Result
    ) -> Result {
        guard let tls else { return body(nil, nil) }
        return tls.certificatePEM.withCString { certificate in tls.keyPEM.withCString { key in body(certificate, key) }
        }
    }
}
