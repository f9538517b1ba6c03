import FOQUSModel
import JSONKit

/// The JSON in which the instance metadata service and container agents hand out credentials.
enum CredentialDocument {
    /// - Parameter source: for a person, as in `AWSCredentials.source`.
    /// - Throws: without a word of what the document holds.
    static func read(_ bytes: [UInt8], source: String) throws(AWSError) -> AWSCredentials {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw .credentialSourceAway("\(source) answers with something that is no JSON")
        }
        if let code = json["Code"]?.stringValue, code != "Success" {
            let message = json["Message"]?.stringValue.map { ": \($0)" } ?? ""
            throw AWSError(
                .noCredentials, service: "credentials", code: code,
                message: "\(source) has no credentials to give: \(code)\(message)")
        }
        guard let keyID = json["AccessKeyId"]?.stringValue, let secret = json["SecretAccessKey"]?.stringValue,
            !keyID.isEmpty, !secret.isEmpty
        else {
            throw .credentialSourceAway("\(source) answers without AccessKeyId and SecretAccessKey")
        }
        return AWSCredentials(
            accessKeyID: keyID, secretAccessKey: secret, sessionToken: json["Token"]?.stringValue,
            expiration: try expiration(json["Expiration"]?.stringValue, source: source), source: source)
    }

    /// A time in the spelling of an AWS answer; nil for none.
    static func expiration(_ text: String?, source: String) throws(AWSError) -> Timestamp? {
        guard let text, !text.isEmpty else { return nil }
        let utc = text.hasSuffix("+00:00") ? text.dropLast(6) + "Z" : text[...]
        guard let time = Timestamp(iso: String(utc)) else {
            throw .credentialSourceAway("\(source) says that its credentials end at '\(text)', which is no time")
        }
        return time
    }
}
