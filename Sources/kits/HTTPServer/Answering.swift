import CMicrohttpd
import Glibc

/// Turns answers into libmicrohttpd's.
enum Answering {
    /// From this size on a body is handed out piece by piece from its array instead of being copied as a whole.
    private static let largeBody = 64 << 10

    private final class Body {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    /// Queues `answer`. On libmicrohttpd's thread only.
    /// - Parameter last: tells the client that the connection ends after this answer.
    static func queue(
        _ answer: HTTPResponse, on connection: OpaquePointer, last: Bool, diagnose: (String) -> Void
    ) -> MHD_Result {
        let status = (200...599).contains(answer.status) ? answer.status : 500
        if status != answer.status { diagnose("a handler answered with status \(answer.status); sent as 500") }
        guard let response = make(status == 204 || status == 304 ? [] : answer.body) else {
            diagnose("no memory for an answer of \(answer.body.count) bytes")
            return .NO
        }
        defer { MHD_destroy_response(response) }
        for (name, value) in answer.headers.fields where !isOwn(name) {
            if MHD_add_response_header(response, name, value) != .YES {
                diagnose("the header field '\(name)' of an answer is malformed and was left out")
            }
        }
        if last { MHD_add_response_header(response, "Connection", "close") }
        return MHD_queue_response(connection, UInt32(status), response)
    }

    private static func isOwn(_ name: String) -> Bool {
        ["content-length", "connection", "date"].contains { HTTPHeaders.same($0, name) }
    }

    private static func make(_ body: [UInt8]) -> OpaquePointer? {
        guard body.count >= largeBody else {
            return body.withUnsafeBytes { bytes in
                MHD_create_response_from_buffer(
                    bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
            }
        }
        let holder = Unmanaged.passRetained(Body(body))
        let response = MHD_create_response_from_callback(
            UInt64(body.count), largeBody,
            { context, position, buffer, capacity in
                let body = Unmanaged<Body>.fromOpaque(context!).takeUnretainedValue()
                let count = min(capacity, body.bytes.count - Int(position))
                body.bytes.withUnsafeBytes { _ = memcpy(buffer!, $0.baseAddress! + Int(position), count) }
                return count
            },
            holder.toOpaque(),
            { context in Unmanaged<Body>.fromOpaque(context!).release() })
        if response == nil { holder.release() }
        return response
    }
}
