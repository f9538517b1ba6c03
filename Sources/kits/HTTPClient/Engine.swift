import CCurl
import EventLoop
import Glibc

/// libcurl's multi handle on an event loop. Everything but `init` happens on the loop's thread.
final class Engine: @unchecked Sendable {
    private static let isInitialized: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let loop: EventLoop
    /// Nil after `close()`.
    private var multi: UnsafeMutableRawPointer?
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var watched: Set<CInt> = []
    private var timer: TimerID?

    init(loop: EventLoop, options: HTTPClient.Options) {
        self.loop = loop
        precondition(Self.isInitialized, "libcurl does not start")
        guard let multi = curl_multi_init() else { preconditionFailure("no memory for an HTTP client") }
        self.multi = multi
        shim_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.idleConnectionLimit)
        shim_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
        let context = Unmanaged.passUnretained(self).toOpaque()  // close() frees the multi handle first
        // Both are called within curl_multi_* calls, hence on the loop.
        shim_multi_set_socket(
            multi,
            { _, socket, what, context, _ in
                Unmanaged<Engine>.fromOpaque(context!).takeUnretainedValue().watch(socket, what)
                return 0
            }, context)
        shim_multi_set_timer(
            multi,
            { _, milliseconds, context in
                Unmanaged<Engine>.fromOpaque(context!).takeUnretainedValue().setTimer(milliseconds)
                return 0
            }, context)
    }

    func start(_ transfer: Transfer) {
        guard !transfer.isFinished else { return }  // cancelled before it got here
        guard let multi else { return transfer.refuse() }
        transfers[transfer.easy] = transfer
        let code = curl_multi_add_handle(multi, transfer.easy)
        if code != CURLM_OK {
            transfers[transfer.easy] = nil
            transfer.finish(CURLE_FAILED_INIT)
        }
    }

    func cancel(_ transfer: Transfer) {
        if transfers.removeValue(forKey: transfer.easy) != nil { curl_multi_remove_handle(multi, transfer.easy) }
        transfer.cancel()
    }

    /// Ends all transfers and connections. Safe to call again.
    func close() {
        guard let multi else { return }
        for (easy, transfer) in transfers {
            curl_multi_remove_handle(multi, easy)
            transfer.refuse()
        }
        transfers = [:]
        curl_multi_cleanup(multi)
        self.multi = nil
        setTimer(-1)
        for socket in watched { loop.unwatch(socket) }
        watched = []
    }

    // MARK: what libcurl asks for

    private func watch(_ socket: CInt, _ what: CInt) {
        guard what != CURL_POLL_REMOVE else {
            watched.remove(socket)
            return loop.unwatch(socket)
        }
        var events: IOEvents = []
        if what & CURL_POLL_IN != 0 { events.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
        watched.insert(socket)
        loop.watch(socket, events: events) { [self] ready in act(socket, ready) }
    }

    private func setTimer(_ milliseconds: Int) {
        if let timer { loop.cancelTimer(timer) }
        timer = nil
        guard milliseconds >= 0, multi != nil else { return }
        // libcurl must not be called from its own callback, so even "at once" goes through the loop.
        timer = loop.addTimer(after: .milliseconds(milliseconds)) { [self] in
            timer = nil
            act(CURL_SOCKET_TIMEOUT, [])
        }
    }

    private func act(_ socket: CInt, _ ready: IOEvents) {
        guard let multi else { return }
        var mask: CInt = 0
        if ready.contains(.readable) { mask |= CURL_CSELECT_IN }
        if ready.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if !ready.isDisjoint(with: [.error, .hangUp]) { mask |= CURL_CSELECT_ERR }
        var running: CInt = 0
        curl_multi_socket_action(multi, socket, mask, &running)

        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let result = shim_message_result(message)  // the message goes with the handle
            guard let transfer = transfers.removeValue(forKey: easy) else { continue }
            // In this order: whoever waits for the outcome may release the handle.
            curl_multi_remove_handle(multi, easy)
            transfer.finish(result)
        }
    }
}
