import JSONKit
import TextKit

/// Jobs from JSON: a list whose elements are `{"node":{"variable":value}}`, the flat `{"node.variable":value}`, or
/// job objects with a member `Input`. For applications of Sinter configurations `{"variable":value}`.
enum JSONInputs {
    static func jobs(_ bytes: [UInt8], file: String, template: JobTemplate) throws(ControlError) -> [JSONObject] {
        // Some editors of other systems put a byte order mark first.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        let document: JSON
        do throws(JSONError) {
            document = try JSON.parse(text)
        } catch {
            throw SourcePlace(file: file, line: error.line, column: error.column).error(error.message)
        }
        guard let elements = document.arrayValue else {
            throw SourcePlace(file: file, offset: 0, in: text).error(
                "expected a list of jobs, found one \(document.typeName). Put it in [ ].")
        }
        let locator = JSONLocator(text)
        var jobs: [JSONObject] = []
        jobs.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(JobRefusal) {
                jobs.append(try template.job(try members(of: element, template.hasPlainNames)))
            } catch {
                let path = [.index(index)] + (error.member.map { [JSONLocator.Step.key($0)] } ?? [])
                throw SourcePlace(file: file, offset: locator.offset(of: path), in: text)
                    .error("job \(index + 1): \(error.reason)")
            }
        }
        return jobs
    }

    private static func members(of element: JSON, _ isPlain: Bool) throws(JobRefusal) -> JSONObject {
        guard let object = element.objectValue else {
            throw JobRefusal(reason: "expected an object with inputs, found a value of type \(element.typeName)")
        }
        guard let input = object["Input"] else {
            return ["Input": .object(isPlain ? object : try input(from: object))]
        }
        guard case .object = input else {
            throw JobRefusal(member: "Input", reason: "Input is of type \(input.typeName), not an object")
        }
        return object
    }

    /// Members whose value is an object are nodes, the others variables by `node.variable`.
    private static func input(from object: JSONObject) throws(JobRefusal) -> JSONObject {
        var input: JSONObject = [:]
        func set(_ node: String, _ variable: String, _ value: JSON, member: String) throws(JobRefusal) {
            var variables = input[node]?.objectValue ?? [:]
            guard variables[variable] == nil else {
                throw JobRefusal(member: member, reason: "\(node).\(variable) is given twice")
            }
            variables[variable] = value
            input[node] = .object(variables)
        }
        for (key, value) in object {
            if let variables = value.objectValue {
                if input[key] == nil { input[key] = .object([:]) }
                for (variable, value) in variables { try set(key, variable, value, member: key) }
                continue
            }
            let parts = key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw JobRefusal(
                    member: key,
                    reason: "\"\(key.prefix(60))\" is neither a node with an object of variables nor node.variable")
            }
            try set(String(parts[0]), String(parts[1]), value, member: key)
        }
        return input
    }
}
