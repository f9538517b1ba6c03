import AWSClient
import Stores

/// What a failed look at a thing of the cloud says of the settings.
public enum AWSFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The setting is wrong, or what it names was never made: no waiting helps. With what is wrong and the remedy.
    case misplaced(String)
    /// AWS does not know the caller, or there is nobody to be.
    case unknownCaller(String)
    /// No proof of anything: AWS is out of reach, or this caller may not look.
    case inconclusive(String)

    /// - Parameters:
    ///   - error: as an `AWSCheck` throws it.
    ///   - region: the one that was asked.
    public init(_ error: any Error, region: String) {
        if let fault = error as? AWSFault {
            self = fault
            return
        }
        let found = error as? AWSError ?? (error as? StoreError)?.underlying as? AWSError
        guard let found else {
            self = .inconclusive("\(error)")
            return
        }
        self.init(found, region: region)
    }

    private init(_ error: AWSError, region: String) {
        switch error.kind {
        case .noCredentials: self = .unknownCaller(error.message)
        case .transport, .cancelled, .invalidRequest: self = .inconclusive(error.description)
        case .service:
            if let remedy = Self.remedy(error, region) {
                self = .misplaced("\(remedy) (\(error))")
            } else if Self.unknownCallers.contains(error.code) {
                self = .unknownCaller(error.description)
            } else {
                self = .inconclusive(error.description)
            }
        }
    }

    /// Nil where the answer does not say that the thing is not there.
    private static func remedy(_ error: AWSError, _ region: String) -> String? {
        if error.service == "s3", let other = error.region, other != region {
            return "the bucket is in \(other), but the worker works in \(region): name one of this region, or set "
                + "[aws] region = \(other)"
        }
        switch (error.service, error.code.split(separator: ".").last.map(String.init) ?? error.code) {
        case ("sqs", "QueueDoesNotExist"), ("sqs", "NonExistentQueue"):
            return "there is no such queue in \(region): make it, or name another"
        case ("dynamodb", "ResourceNotFoundException"):
            return "there is no such table in \(region): make it, or name another"
        case ("s3", "NoSuchBucket"): return "there is no such bucket: make it, or name another"
        case ("sns", "NotFound"), ("sns", "NotFoundException"):
            return "there is no such topic in \(region): make it, or name another"
        case ("sqs", "InvalidAddress"): return "this is not the URL of a queue: correct it"
        case ("dynamodb", "ValidationException"): return "this is not the name of a table: correct it"
        case ("s3", "InvalidBucketName"): return "this is not the name of a bucket: correct it"
        case ("sns", "InvalidParameter"), ("sns", "InvalidParameterValue"):
            return "this is not the ARN of a topic: correct it"
        default: return nil
        }
    }

    /// Keys that do not exist, and signatures made with another secret; the clock was corrected before.
    private static let unknownCallers: Set<String> = [
        "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch",
        "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken",
    ]

    /// Throws where the URL of a queue or an ARN says that it is of another region: a call there says only that there is
    /// nothing of this name.
    static func expect(_ region: String, in place: String) throws(AWSFault) {
        guard let other = Self.region(of: place), other != region else { return }
        throw .misplaced(
            "it is in \(other), but the worker works in \(region): name one of this region, or set [aws] region = \(other)"
        )
    }

    /// Of `https://sqs.eu-west-1.amazonaws.com/…` and `arn:aws:sns:eu-west-1:…`; nil where a place does not say it.
    static func region(of place: String) -> String? {
        let parts = place.split(separator: ":", omittingEmptySubsequences: false)
        if parts.first == "arn" { return parts.count > 5 && !parts[3].isEmpty ? String(parts[3]) : nil }
        guard let start = place.firstRange(of: "://")?.upperBound else { return nil }
        let labels = place[start...].prefix { $0 != "/" && $0 != ":" }.split(separator: ".")
        guard let domain = labels.firstIndex(of: "amazonaws") else { return nil }
        if domain >= 2, labels[domain - 2] == "sqs" { return String(labels[domain - 1]) }
        // The names of queues before 2011, which still hold.
        if domain >= 2, labels[domain - 1] == "queue" { return String(labels[domain - 2]) }
        return nil
    }

    public var description: String {
        switch self {
        case .misplaced(let text), .unknownCaller(let text), .inconclusive(let text): text
        }
    }
}
