import CCurl
import Glibc

/// One request on its way. Belongs to the loop's thread once it is started.
final class Transfer: @unchecked Sendable {
    typealias Outcome = Result<ClientResponse, HTTPClientError>

    let easy: UnsafeMutableRawPointer
    private let request: ClientRequest
    private var headerList: UnsafeMutablePointer<curl_slist>?
    /// libcurl writes the reason of a failure here.
    private let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var source: BodySource
    private var sink: BodySink
    private var headers: [(name: String, value: String)] = []

    private var continuation: CheckedContinuation<Outcome, Never>?
    private var outcome: Outcome?
    /// Scheme, host and port of the URL, or the path of the Unix socket: for errors.
    private let origin: String

    init(_ request: ClientRequest, options: HTTPClient.Options) throws(HTTPClientError) {
        guard URLOrigin.isHTTP(request.url) else {
            throw HTTPClientError(
                .invalidRequest, "'\(URLOrigin.of(request.url))' is no URL that begins with http:// or https://")
        }
        guard let easy = curl_easy_init() else { throw HTTPClientError(.other(2), "no memory for a request") }
        self.easy = easy
        self.request = request
        source = BodySource(request)
        origin = options.unixSocket ?? URLOrigin.of(request.url)
        sink = BodySink(request, origin: origin)
        reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        do throws(CurlFailure) {
            try configure(options)
        } catch {
            throw HTTPClientError(
                error.code, method: request.method, origin: origin, systemError: 0,
                detail: String(cString: curl_easy_strerror(error.code)), isSent: false)
        }
        for (name, value) in request.headers { try add(header: name, value) }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        reason.deallocate()
    }

    // MARK: the outcome

    /// Whether it has an outcome, be it before it was started.
    var isFinished: Bool { outcome != nil }

    func deliver(to continuation: CheckedContinuation<Outcome, Never>) {
        if let outcome { continuation.resume(returning: outcome) } else { self.continuation = continuation }
    }

    /// The first outcome stands.
    func finish(_ outcome: Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    func cancel() { finish(.failure(HTTPClientError(.cancelled, "\(request.method) \(origin) was cancelled"))) }

    func refuse() {
        finish(.failure(HTTPClientError(.closed, "\(request.method) \(origin): the HTTP client was closed")))
    }

    /// - Parameter result: what libcurl says at the end.
    func finish(_ result: CURLcode) {
        guard result != CURLE_OK else {
            return finish(
                .success(
                    ClientResponse(status: status, headers: headers, body: sink.bytes, fileCount: sink.fileCount)))
        }
        if let failure = sink.failure ?? source.failure { return finish(.failure(failure)) }
        let detail = String(cString: reason[0] == 0 ? curl_easy_strerror(result) : UnsafePointer(reason))
        finish(
            .failure(
                HTTPClientError(
                    result, method: request.method, origin: origin, systemError: CInt(info(CURLINFO_OS_ERRNO)),
                    detail: detail, isSent: info(CURLINFO_REQUEST_SIZE) > 0)))
    }

    private var status: Int { info(CURLINFO_RESPONSE_CODE) }

    private func info(_ info: CURLINFO) -> Int {
        var value = 0
        shim_easy_get_long(easy, info, &value)
        return value
    }

    // MARK: settings

    private struct CurlFailure: Error { let code: CURLcode }

    private func configure(_ options: HTTPClient.Options) throws(CurlFailure) {
        try set(CURLOPT_ERRORBUFFER, pointer: reason)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_PATH_AS_IS, 1)  // "/a/../b" may be the name of something
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_FOLLOWLOCATION, request.redirectLimit > 0 ? 1 : 0)
        try set(CURLOPT_MAXREDIRS, request.redirectLimit)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(request.timeout))
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(options.connectTimeout))
        if let inactivity = request.inactivityTimeout {
            try set(CURLOPT_LOW_SPEED_LIMIT, 1)  // bytes per second
            try set(CURLOPT_LOW_SPEED_TIME, (Self.milliseconds(inactivity) + 999) / 1000)
        }
        if request.output != nil { try set(CURLOPT_BUFFERSIZE, 128 << 10) }
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        if let userAgent = options.userAgent { try set(CURLOPT_USERAGENT, userAgent) }
        if !options.usesProxies { try set(CURLOPT_NOPROXY, "*") }
        if let path = options.unixSocket { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let caFile = options.caFile { try set(CURLOPT_CAINFO, caFile) }
        if let auth = request.basicAuth {
            try set(CURLOPT_HTTPAUTH, 1)  // CURLAUTH_BASIC, a macro with a cast
            try set(CURLOPT_USERNAME, auth.user)
            try set(CURLOPT_PASSWORD, auth.password)
        }
        try configureMethod()
        try configureCallbacks()
    }

    private func configureMethod() throws(CurlFailure) {
        let sendsBody = source.count > 0 || ["POST", "PUT", "PATCH"].contains(request.method)
        if sendsBody {
            try set(CURLOPT_POST, 1)
            try check(shim_easy_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(source.count)))
        }
        switch request.method {
        case "GET" where !sendsBody, "POST": break
        case "HEAD": try set(CURLOPT_NOBODY, 1)
        default: try set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // libcurl's own additions: waiting for leave to send, and a content type that is rarely the right one.
        var removed = ["Expect:"]
        if sendsBody && !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            removed.append("Content-Type:")
        }
        for line in removed { try append(headerLine: line) }
    }

    private func configureCallbacks() throws(CurlFailure) {
        let context = Unmanaged.passUnretained(self).toOpaque()  // the engine holds the transfer while it runs
        try check(
            shim_easy_set_transfer(
                easy, CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA,
                { bytes, size, count, context in
                    let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
                    return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
                }, context))
        try check(
            shim_easy_set_transfer(
                easy, CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA,
                { bytes, size, count, context in
                    let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
                    transfer.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
                    return size * count
                }, context))
        try check(
            shim_easy_set_transfer(
                easy, CURLOPT_READFUNCTION, CURLOPT_READDATA,
                { buffer, size, count, context in
                    let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
                    return transfer.supply(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
                }, context))
        // A kept connection that turns out dead, or a redirection, makes libcurl send the body again.
        try check(
            shim_easy_set_seek(
                easy,
                { context, offset, origin in
                    let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
                    guard origin == SEEK_SET, transfer.source.seek(to: Int(offset)) else {
                        return CInt(CURL_SEEKFUNC_FAIL)
                    }
                    return CInt(CURL_SEEKFUNC_OK)
                }, context))
    }

    private func add(header name: String, _ value: String) throws(HTTPClientError) {
        let isSound =
            !name.isEmpty && !name.contains(":")
            && !(name + value).unicodeScalars.contains { $0 == "\r" || $0 == "\n" || $0 == "\0" }
        guard isSound else {
            throw HTTPClientError(.invalidRequest, "the header field '\(name)' for \(origin) is malformed")
        }
        do throws(CurlFailure) {
            // libcurl's notation for a field without a value.
            try append(headerLine: value.isEmpty ? "\(name);" : "\(name): \(value)")
        } catch {
            throw HTTPClientError(.other(error.code.rawValue), "no memory for a request")
        }
    }

    private func append(headerLine line: String) throws(CurlFailure) {
        guard let longer = curl_slist_append(headerList, line) else { throw CurlFailure(code: CURLE_OUT_OF_MEMORY) }
        headerList = longer
        try set(CURLOPT_HTTPHEADER, pointer: longer)
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try check(shim_easy_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
        try check(shim_easy_set_string(easy, option, value))
    }

    private func set(_ option: CURLoption, pointer: UnsafeRawPointer) throws(CurlFailure) {
        try check(shim_easy_set_pointer(easy, option, pointer))
    }

    private func check(_ code: CURLcode) throws(CurlFailure) {
        if code != CURLE_OK { throw CurlFailure(code: code) }
    }

    /// At least 1, as 0 means no limit to libcurl.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Double(seconds) * 1000 + Double(attoseconds) / 1e15
        return Int(min(max(milliseconds.rounded(.up), 1), Double(Int32.max)))
    }

    // MARK: callbacks, on the loop

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        // Any other count than that of the piece ends the transfer.
        sink.take(bytes, isSuccess: (200..<300).contains(status)) ? bytes.count : bytes.count + 1
    }

    private func receive(headerLine bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") { headers = [] }  // another answer begins: after 100, or after a redirection
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
        headers.append((String(line[..<colon]), String(value[..<end])))
    }

    private func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        source.supply(buffer) ?? Int(CURL_READFUNC_ABORT)
    }
}
