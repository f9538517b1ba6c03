import CommandLineKit
import JSONKit
import Sinter

/// The variables of a configuration, for people and for programs.
enum VariableTable {
    static func lines(_ configuration: SinterConfiguration, width: Int?) -> [String] {
        var table = Table([
            .init("Name"), .init("Role"), .init("Type"), .init("Default"), .init("Units"), .init("Range"),
            .init("Path", isFlexible: true), .init("Description", isFlexible: true),
        ])
        for variable in configuration.variables {
            table.add([
                variable.name, variable.role.rawValue, variable.type.description,
                variable.defaultValue?.json.text() ?? "-", units(variable), range(variable),
                variable.paths.joined(separator: ", "), variable.description ?? "",
            ])
        }
        return table.lines(width: width)
    }

    static func json(_ variable: SinterVariable) -> JSON {
        [
            "Name": .string(variable.name), "Role": .string(variable.role.rawValue),
            "Type": .string(variable.type.description), "Default": variable.defaultValue?.json ?? .null,
            "Units": variable.units.map { .string($0) } ?? .null, "Min": variable.minimum?.json ?? .null,
            "Max": variable.maximum?.json ?? .null, "Paths": .array(variable.paths.map { .string($0) }),
            "Description": variable.description.map { .string($0) } ?? .null,
        ]
    }

    private static func units(_ variable: SinterVariable) -> String {
        variable.units.flatMap { $0.isEmpty ? nil : $0 } ?? "-"
    }

    private static func range(_ variable: SinterVariable) -> String {
        switch (variable.minimum?.json.text(), variable.maximum?.json.text()) {
        case (nil, nil): "-"
        case (let least?, nil): "from \(least)"
        case (nil, let most?): "to \(most)"
        case (let least?, let most?): "\(least) to \(most)"
        }
    }
}
