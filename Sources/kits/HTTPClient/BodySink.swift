/// Where an answer's body goes while it comes in.
struct BodySink {
    private let limit: Int
    private let place: ClientRequest.FilePlace?
    private let origin: String
    private(set) var bytes: [UInt8] = []
    /// How many bytes went into the file.
    private(set) var fileCount = 0
    /// Why it could not be taken.
    private(set) var failure: HTTPClientError?

    init(_ request: ClientRequest, origin: String) {
        limit = request.responseLimit
        place = request.output
        self.origin = "\(request.method) \(origin)"
    }

    /// Takes a piece. False when it cannot.
    /// - Parameter isSuccess: whether the answer's status is one of 200 to 299.
    mutating func take(_ piece: UnsafeRawBufferPointer, isSuccess: Bool) -> Bool {
        if let place, isSuccess {
            do throws(HTTPClientError) {
                try place.file.write(piece, at: place.offset + fileCount)
                fileCount += piece.count
                return true
            } catch {
                failure = error
                return false
            }
        }
        guard bytes.count + piece.count <= limit else {
            failure = HTTPClientError(
                .responseTooLarge, "\(origin) answered more than the limit of \(limit) bytes")
            return false
        }
        bytes.append(contentsOf: piece)
        return true
    }
}
