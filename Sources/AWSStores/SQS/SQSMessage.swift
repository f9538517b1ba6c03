import FOQUSModel
import JSONKit
import Stores

/// A message as ReceiveMessage returns it, whichever way it came to the queue.
///
/// A subscription with raw delivery gives the published text as the body and the published attributes as the message's
/// own. One without wraps both into a JSON text (SNS Developer Guide, "Amazon SNS message format"):
/// `{"Type":"Notification","Message":…,"MessageAttributes":{"event":{"Type":"String","Value":…}}}`.
struct SQSMessage: Sendable, Hashable {
    let id: String
    let receipt: String
    let body: [UInt8]
    let attributes: [String: String]
    let receiveCount: Int
    let sent: Timestamp

    var lease: Lease { Lease(message: id, receipt: receipt) }

    var received: ReceivedMessage {
        ReceivedMessage(lease: lease, body: body, attributes: attributes, receiveCount: receiveCount, sent: sent)
    }

    /// Nil when it has neither id nor receipt: nothing could be done with it.
    init?(_ json: JSON) {
        guard let id = json["MessageId"]?.stringValue, let receipt = json["ReceiptHandle"]?.stringValue else {
            return nil
        }
        self.id = id
        self.receipt = receipt
        let system = json["Attributes"]
        receiveCount = system?["ApproximateReceiveCount"]?.stringValue.flatMap { Int($0) } ?? 1
        sent = Timestamp(milliseconds: system?["SentTimestamp"]?.stringValue.flatMap { Int64($0) } ?? 0)
        let text = json["Body"]?.stringValue ?? ""
        let own = SQSAttributes.decode(json["MessageAttributes"])
        if own.isEmpty, let (inner, attributes) = Self.unwrap(text) {
            body = Array(inner.utf8)
            self.attributes = attributes
        } else {
            body = Array(text.utf8)
            attributes = own
        }
    }

    /// Message and attributes of an envelope; nil when the text is none.
    private static func unwrap(_ text: String) -> (String, [String: String])? {
        // A job's own text is not parsed here when it cannot be an envelope: it may be long.
        guard text.utf8.first == UInt8(ascii: "{"), text.utf8.firstRange(of: #""Notification""#.utf8) != nil,
            let envelope = try? JSON.parse(Array(text.utf8)), envelope["Type"]?.stringValue == "Notification",
            envelope["TopicArn"]?.stringValue != nil, let message = envelope["Message"]?.stringValue
        else { return nil }
        var attributes: [String: String] = [:]
        for (name, value) in envelope["MessageAttributes"]?.objectValue ?? [:] {
            attributes[name] = value["Value"]?.stringValue
        }
        return (message, attributes)
    }
}
