import JSONKit
import Testing

@testable import Sinter

/// A configuration made for the tests, in each of the formats.
enum Sample {
    /// Two scalars with units and limits, a vector, an int, a text with two paths; outputs of each kind.
    static let version3 = """
        {
          "title": "Tank", "config-version": "1.2", "description": null, "author": "A. Tester", "date": "May 2026",
          "model": {"file": "tank.xlsx", "DigestValue": "AB01", "SignatureMethodAlgorithm": "sha1"},
          "input-files": [{"file": "data\\\\curves.csv"}],
          "filetype": "sinterconfig", "filetype-version": 0.3,
          "application": {"name": "Excel", "version": "16.0", "constraint": "at-least"},
          "settings": {"macro": {"type": "string", "default": "Main", "description": "to run"}},
          "inputs": {
            "feed.T": {"path": ["Feed$C$2"], "type": "double", "default": 25, "description": "", "units": "degC", "min": 0, "max": 100},
            "feed.flow": {"path": ["Feed$C$3", "Cost$B$9"], "type": "double", "default": 3.5, "description": null, "units": "kg/hr"},
            "split": {"path": ["Feed$B$5"], "type": "double[3]", "default": [0.5, 0.25, 0.25], "description": "", "units": null},
            "stages": {"path": ["Feed$C$4"], "type": "int", "default": 4, "description": "", "units": "", "min": 2, "max": 9},
            "label": {"path": ["Feed$Name"], "type": "string", "default": "base", "description": "", "units": null}
          },
          "outputs": {
            "level": {"path": ["Out$B$1"], "type": "double", "default": 1.5, "description": "", "units": "m"},
            "profile": {"path": ["Out$B$2"], "type": "double[2]", "default": [1, 2], "description": "", "units": null},
            "note": {"path": ["Out$B$3"], "type": "string", "default": "", "description": "", "units": ""}
          }
        }
        """

    static func configuration(_ text: String = version3) throws -> SinterConfiguration {
        try SinterConfiguration.read(Array(text.utf8), file: "tank.json")
    }

    /// The sample with a part of it replaced.
    static func configuration(_ old: String, _ new: String) throws -> SinterConfiguration {
        precondition(version3.contains(old), "the sample has no \(old)")
        return try configuration(version3.replacing(old, with: new))
    }

    /// What reading throws, a line for each error.
    static func refusal(_ text: String) -> [String] {
        do throws(SinterError) {
            _ = try SinterConfiguration.read(Array(text.utf8), file: "tank.json")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }
}
