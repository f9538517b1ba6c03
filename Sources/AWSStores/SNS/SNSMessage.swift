import CryptoTools
import FOQUSModel
import JSONKit
import Stores

/// A notification in the parameters of SNS's query protocol (SNS API Reference, Publish and PublishBatch, 2010-03-31).
struct SNSMessage: Sendable {
    /// Of one message and of one batch, in bytes of text and attributes.
    static let sizeLimit = 256 << 10

    let id: String
    let text: String
    let attributes: [(name: String, value: String)]
    /// For a topic that keeps order: messages of one group are delivered in order, repetitions are dropped.
    let ordering: (group: String, deduplication: String)?
    let size: Int

    /// - Throws: `invalid` when it is larger than SNS takes.
    init(_ outgoing: OutgoingNotification, isFIFO: Bool) throws(StoreError) {
        id = outgoing.id
        text = Self.escaped(outgoing.notification.body.text())
        // SNS takes no empty value; to a reader an attribute that is not there says the same.
        attributes = outgoing.notification.attributes.filter { !$0.value.isEmpty }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        ordering =
            isFIFO
            ? (
                Self.token(PublishPlan.subject(of: outgoing.notification) ?? outgoing.id),
                Self.token(outgoing.id)
            ) : nil
        size = attributes.reduce(text.utf8.count) {
            $0 + $1.name.utf8.count + "String".utf8.count + $1.value.utf8.count
        }
        guard size <= Self.sizeLimit else {
            throw StoreError(
                .invalid, "publish \(outgoing.id)",
                "it has \(size) bytes, more than the \(Self.sizeLimit) of SNS; large outputs go by reference")
        }
    }

    /// - Parameter prefix: before each name: empty for Publish, `PublishBatchRequestEntries.member.1.` in a batch.
    func parameters(prefix: String = "") -> [(name: String, value: String)] {
        var parameters = [(name: prefix + "Message", value: text)]
        for (index, attribute) in attributes.enumerated() {
            let entry = "\(prefix)MessageAttributes.entry.\(index + 1)."
            parameters += [
                (entry + "Name", attribute.name), (entry + "Value.DataType", "String"),
                (entry + "Value.StringValue", attribute.value),
            ]
        }
        if let ordering {
            parameters += [
                (prefix + "MessageGroupId", ordering.group),
                (prefix + "MessageDeduplicationId", ordering.deduplication),
            ]
        }
        return parameters
    }

    /// The same JSON text without the characters that SNS does not take. They can only be within its strings.
    private static func escaped(_ text: String) -> String {
        guard !SQSText.isSendable(text) else { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if SQSText.isSendable(String(Character(scalar))) {
                escaped.append(scalar)
            } else {
                // All that are left, once JSON has escaped the control characters, are U+FFFE and U+FFFF.
                escaped.append(contentsOf: "\\u\(String(scalar.value, radix: 16))".unicodeScalars)
            }
        }
        return String(escaped)
    }

    /// SNS takes at most 128 letters, digits and ASCII punctuation. Anything else is hashed, which fits and stays unique.
    private static func token(_ text: String) -> String {
        let fits = !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return fits ? text : Hex.encode(SHA256.hash(Array(text.utf8)))
    }
}
