import JSONKit
import Testing

@testable import AWSStores

struct SQSMessageTests {
    private func message(_ body: String, attributes: JSON? = nil) throws -> SQSMessage {
        var json: JSONObject = ["MessageId": "m", "ReceiptHandle": "r", "Body": .string(body)]
        json["MessageAttributes"] = attributes
        return try #require(SQSMessage(.object(json)))
    }

    private let envelope =
        #"{"Type":"Notification","MessageId":"1","TopicArn":"arn:aws:sns:us-east-1:1:t","Message":"{\"x\":1}","MessageAttributes":{"event":{"Type":"String","Value":"job.submit"},"user":{"Type":"String","Value":"größer"}}}"#

    @Test func rawDeliveryIsTakenAsItIs() throws {
        let message = try message(
            #"{"x":1}"#, attributes: ["event": ["DataType": "String", "StringValue": "job.submit"]])
        #expect(message.body == Array(#"{"x":1}"#.utf8))
        #expect(message.attributes == ["event": "job.submit"])
    }

    @Test func anEnvelopeIsOpened() throws {
        let message = try message(envelope)
        #expect(message.body == Array(#"{"x":1}"#.utf8))
        #expect(message.attributes == ["event": "job.submit", "user": "größer"])
    }

    @Test func anEnvelopeWithoutAttributesHasNone() throws {
        let message = try message(
            #"{"Type" : "Notification","TopicArn" : "arn","Message" : "text"}"#)
        #expect(message.body == Array("text".utf8))
        #expect(message.attributes == [:])
    }

    @Test(arguments: [
        #"{"Type":"Notification"}"#, #"{"Input":{"Type":"Notification","Message":"x","TopicArn":"a"}}"#,
        #"{"Type":"Notification","Message":1,"TopicArn":"a"}"#, #"{"Type":"Notification","TopicArn":"#, "Notification",
    ])
    func whatOnlyLooksLikeAnEnvelopeIsNot(body: String) throws {
        #expect(try message(body).body == Array(body.utf8))
    }

    @Test func anEnvelopeInARawMessageIsAMessage() throws {
        let message = try message(envelope, attributes: ["kind": ["DataType": "String", "StringValue": "raw"]])
        #expect(message.body == Array(envelope.utf8))
    }

    @Test func attributesThatSQSDoesNotCarryComeBack() throws {
        var attributes = ["Grüße": "a", "empty": "", "AWS.x": "1", "a..b": "2", "control": "\u{1}", "plain-1.x_": "😀"]
        for number in 0..<12 { attributes["n\(number)"] = "\(number)" }
        let encoded = SQSAttributes.encode(attributes)
        #expect(encoded.count == 10)
        for (name, value) in encoded {
            #expect(name.utf8.allSatisfy { $0 < 0x80 })
            #expect(value["StringValue"]?.stringValue?.isEmpty == false)
        }
        #expect(SQSAttributes.decode(.object(encoded)) == attributes)
    }

    @Test func whatCannotBeNamedIsPassedOver() {
        #expect(SQSMessage(["Body": "x"]) == nil)
    }
}
