import AWSStores
import JSONKit
import Stores
import TestSupport

extension FakeService {
    static let queueURL = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"

    func queue(time: any TimeSource = SystemTime()) -> SQSQueue {
        SQSQueue(url: Self.queueURL, service: service("sqs"), time: time)
    }
}

extension FakeService.Answer {
    /// An answer of ReceiveMessage with messages of these ids, bodies and receipts alike.
    static func messages(_ ids: [String]) -> FakeService.Answer {
        .json(["Messages": .array(ids.map { message($0) })])
    }

    static func message(_ id: String) -> JSON {
        [
            "MessageId": .string(id), "ReceiptHandle": .string("receipt of \(id)"),
            "Body": .string("{\"id\":\"\(id)\"}"),
            "Attributes": ["ApproximateReceiveCount": "1", "SentTimestamp": "1767225600000"],
        ]
    }

    /// An answer of a batch operation in which all succeed but some.
    ///
    /// - Parameter failed: by entry id: code, text and whether the sender is at fault.
    static func batch(
        _ call: FakeService.Call, failed: [String: (code: String, message: String, isSendersFault: Bool)] = [:]
    ) -> FakeService.Answer {
        let ids = call.entries("Id")
        return .json([
            "Successful": .array(ids.filter { failed[$0] == nil }.map { ["Id": .string($0)] }),
            "Failed": .array(
                ids.compactMap { id in
                    failed[id].map { failure in
                        [
                            "Id": .string(id), "Code": .string(failure.code), "Message": .string(failure.message),
                            "SenderFault": .bool(failure.isSendersFault),
                        ]
                    }
                }),
        ])
    }
}
