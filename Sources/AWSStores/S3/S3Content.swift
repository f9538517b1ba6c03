import AWSClient
import Stores

/// What is put.
enum S3Content: Sendable {
    case bytes([UInt8])
    case file(path: String, count: Int)

    /// In bytes.
    var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(_, let count): count
        }
    }

    func part(_ offset: Int, _ count: Int) -> AWSRequest.Body {
        switch self {
        case .bytes(let bytes): .bytes(count == bytes.count ? bytes : Array(bytes[offset..<offset + count]))
        case .file(let path, _): .file(path: path, offset: offset, count: count)
        }
    }
}

extension PutCondition {
    /// The fields by which S3 is told (Amazon S3 User Guide, "Add preconditions to S3 operations").
    var headers: [(name: String, value: String)] {
        switch self {
        case .always: []
        case .ifAbsent: [("if-none-match", "*")]
        case .ifMatches(let etag): [("if-match", "\"\(etag)\"")]
        }
    }
}
