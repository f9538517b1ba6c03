import AWSClient
import FileKit
import Glibc
import HTTPClient
import Stores

extension StoreError {
    /// What a failed call of S3 means: as of any service, but for what only S3 says.
    init(s3 error: AWSError, bucket: String, _ operation: String) {
        switch error.code {
        case "NoSuchBucket":
            // Not `notFound`, which is said of an object. It may come back, and nothing is lost by waiting for it.
            self.init(
                .missing, operation, "the bucket \(bucket) does not exist: check the bucket names of the settings",
                underlying: error)
        case "RequestTimeout", "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "NoSuchUpload":
            // The request was damaged or given up on its way; sent again it can be carried out.
            self.init(.unavailable, operation, error.description, underlying: error)
        case "ResponseTooLarge", "EntityTooLarge": self.init(.invalid, operation, error.description, underlying: error)
        case "FileFailed":
            guard let file = error.underlying as? HTTPClientError, case .file(let code) = file.code else { fallthrough }
            self.init(errno: code, error.description, operation, error)
        default: self.init(error, operation)
        }
    }

    init(file error: FileError, _ operation: String) {
        self.init(errno: error.code, error.description, operation, error)
    }

    private init(errno code: CInt, _ text: String, _ operation: String, _ error: any Error) {
        switch code {
        case ENOSPC, EDQUOT: self.init(.full, operation, "\(text); free some space", underlying: error)
        case EACCES, EPERM, EROFS: self.init(.denied, operation, text, underlying: error)
        case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP: self.init(.invalid, operation, text, underlying: error)
        default: self.init(.unavailable, operation, text, underlying: error)
        }
    }
}
