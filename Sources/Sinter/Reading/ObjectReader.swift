import JSONKit
import TextKit

/// Reads the fields of one object of a configuration and notes what is wrong with them.
struct ObjectReader {
    let object: JSONObject
    let path: [JSONLocator.Step]
    let text: SinterText
    let notes: ProblemNotes
    /// The variable that the object is about, for messages.
    var variable: String?

    /// A text; null counts as an empty one.
    func text(_ key: String, required: Bool = true) -> String {
        guard let value = field(key, required: required), !value.isNull else { return "" }
        if let string = value.stringValue { return string }
        note(key, mustBe: "a text", value)
        return ""
    }

    /// A text that may be null or absent.
    func optionalText(_ key: String, required: Bool) -> String? {
        guard let value = field(key, required: required), !value.isNull else { return nil }
        if value.stringValue == nil { note(key, mustBe: "a text or null", value) }
        return value.stringValue
    }

    func number(_ key: String) -> Double? {
        guard let value = field(key, required: true) else { return nil }
        if value.doubleValue == nil { note(key, mustBe: "a number", value) }
        return value.doubleValue
    }

    func array(_ key: String, required: Bool = true) -> [JSON]? {
        guard let value = field(key, required: required) else { return nil }
        if value.arrayValue == nil { note(key, mustBe: "a list", value) }
        return value.arrayValue
    }

    func texts(_ key: String) -> [String]? {
        guard let items = array(key) else { return nil }
        let texts = items.compactMap(\.stringValue)
        guard texts.count == items.count else {
            error(key, "the field \"\(key)\" must be a list of texts")
            return nil
        }
        return texts
    }

    func object(_ key: String, required: Bool) -> ObjectReader? {
        guard let value = field(key, required: required), !value.isNull || required else { return nil }
        guard let object = value.objectValue else {
            note(key, mustBe: "an object", value)
            return nil
        }
        return ObjectReader(object: object, path: path + [.key(key)], text: text, notes: notes, variable: variable)
    }

    /// The value of a field, noting its absence where it is required.
    func field(_ key: String, required: Bool) -> JSON? {
        if let value = object[key] { return value }
        if required {
            let hint = Suggestion.nearest(to: key, among: object.names).map { "; is \"\($0)\" meant to be it?" } ?? ""
            error(nil, "the field \"\(key)\" is missing\(hint)")
        }
        return nil
    }

    /// Warns of fields that nobody reads, as they may be misspelt.
    func warnOfOthers(than known: Set<String>) {
        for name in object.names where !known.contains(name) {
            warning(
                name, "the field \"\(name)\" means nothing here" + Suggestion.hint(for: name, among: known.sorted()))
        }
    }

    /// Refuses fields that nobody reads, where no file of old can have them.
    func refuseOthers(than known: Set<String>) {
        for name in object.names where !known.contains(name) {
            error(name, "the field \"\(name)\" means nothing here" + Suggestion.hint(for: name, among: known.sorted()))
        }
    }

    func error(_ key: String?, _ message: String) { notes.error(place(key), variable, message) }

    func warning(_ key: String?, _ message: String) { notes.warning(place(key), variable, message) }

    func place(_ key: String?) -> SourcePlace { text.place(path + (key.map { [.key($0)] } ?? [])) }

    private func note(_ key: String, mustBe expected: String, _ value: JSON) {
        error(key, "the field \"\(key)\" must be \(expected), not of type \(value.typeName)")
    }
}
