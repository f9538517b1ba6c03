import AWSClient
import CryptoTools
import FileKit
import Stores

extension S3ObjectStore {
    /// How often a download begins anew because the object was replaced meanwhile.
    private static let changeLimit = 3

    /// Gets an object part by part, several at a time, into a file beside `path`, which gets that name when it is whole.
    ///
    /// The parts after the first are of the same object or of none, by its ETag. Each is sent for again by itself when
    /// the connection is lost.
    func download(_ target: S3Target, to path: String) async throws(StoreError) -> ObjectInfo {
        let temporary = Path.join(Path.parent(path), ".\(Hex.encode(random.bytes(8))).part")
        do throws(StoreError) {
            var changes = 0
            while true {
                do throws(StoreError) {
                    let info = try await fetch(target, to: temporary)
                    try await onFiles(target.operation) { () throws(FileError) in
                        try File.move(from: temporary, to: path)
                    }
                    return info
                } catch {
                    guard error.code == .conflict, changes < Self.changeLimit else { throw error }
                    changes += 1
                }
            }
        } catch {
            try? await onFiles(target.operation) { () throws(FileError) in try File.remove(temporary) }
            guard error.code == .conflict else { throw error }
            throw StoreError(
                .unavailable, target.operation, "it was replaced again and again while it was read", underlying: error)
        }
    }

    /// Throws `conflict` when the object was replaced meanwhile.
    private func fetch(_ target: S3Target, to file: String) async throws(StoreError) -> ObjectInfo {
        let first: AWSResponse
        do throws(StoreError) {
            first = try await fetch(0..<options.partSize, of: nil, target, to: file)
        } catch {
            guard (error.underlying as? AWSError)?.code == "InvalidRange" else { throw error }
            // It is empty: no range fits, not even the first byte.
            let whole = try await send(transfer(target, to: file), target)
            return try target.info(whole, size: whole.fileCount)
        }
        // With the status 200 it is all of the object, from a server that knows no ranges.
        let size = first.status == 206 ? try Self.total(first, target) : first.fileCount
        let info = try target.info(first, size: size)
        guard first.fileCount == min(size, first.status == 206 ? options.partSize : size) else {
            throw StoreError(.unavailable, target.operation, "a part came with \(first.fileCount) bytes")
        }
        let rest = stride(from: first.fileCount, to: size, by: options.partSize).map {
            $0..<min($0 + options.partSize, size)
        }
        try await fetch(rest, info, target, to: file)
        return info
    }

    private func fetch(
        _ ranges: [Range<Int>], _ info: ObjectInfo, _ target: S3Target, to file: String
    ) async throws(StoreError) {
        let failure: StoreError? = await withTaskGroup(of: StoreError?.self) { group in
            var rest = ranges[...]
            func begin() {
                guard let range = rest.popFirst() else { return }
                group.addTask { await self.failure(of: range, info, target, to: file) }
            }
            for _ in 0..<options.parallelParts { begin() }
            while let failure = await group.next() {
                if let failure {
                    group.cancelAll()
                    return failure
                }
                begin()
            }
            return nil
        }
        if let failure { throw failure }
    }

    private func failure(
        of range: Range<Int>, _ info: ObjectInfo, _ target: S3Target, to file: String
    ) async -> StoreError? {
        do throws(StoreError) {
            let response = try await fetch(range, of: info.etag, target, to: file)
            guard response.status == 206, response.fileCount == range.count else {
                throw StoreError(.unavailable, target.operation, "a part came with \(response.fileCount) bytes")
            }
            return nil
        } catch {
            return error
        }
    }

    /// - Parameter etag: of the object that the range must be of; nil for the first, which makes the file.
    private func fetch(
        _ range: Range<Int>, of etag: String?, _ target: S3Target, to file: String
    ) async throws(StoreError) -> AWSResponse {
        var request = transfer(target, to: file)
        request.headers = [("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
        if let etag {
            request.headers.append(("if-match", "\"\(etag)\""))
            request.outputOffset = range.lowerBound
        }
        return try await send(request, target)
    }

    private func transfer(_ target: S3Target, to file: String) -> AWSRequest {
        var request = target.request("GET", timeout: Self.transferTimeout)
        request.outputFile = file
        request.inactivityTimeout = options.inactivityTimeout
        return request
    }

    /// Of `bytes 0-499/1234`.
    private static func total(_ response: AWSResponse, _ target: S3Target) throws(StoreError) -> Int {
        guard let field = response.header("content-range"), field.hasPrefix("bytes 0-"),
            let total = field.split(separator: "/").last.flatMap({ Int($0) })
        else { throw StoreError(.unavailable, target.operation, "the answer does not tell which part it is") }
        return total
    }
}
