public import JSONKit
public import TextKit

/// What one run gives: values by name, not yet compared with a configuration.
public struct SinterRun: Sendable, Hashable {
    public struct Value: Sendable, Hashable {
        /// As given: perhaps in other letters than the configuration's, perhaps with an index behind it.
        public let name: String
        public let json: JSON
        /// Nil or empty for those of the configuration.
        public let units: String?
        public let place: SourcePlace?

        public init(name: String, json: JSON, units: String? = nil, place: SourcePlace? = nil) {
            self.name = name
            self.json = json
            self.units = units
            self.place = place
        }
    }

    public let values: [Value]
    /// Where the run begins.
    public let place: SourcePlace?

    public init(values: [Value] = [], place: SourcePlace? = nil) {
        self.values = values
        self.place = place
    }

    /// A run as the input of a job holds it: plain, or in format 0.2 with units.
    public init(_ json: JSON) throws(SinterError) {
        self = try RunReader(text: nil).run(json, [])
    }

    /// Reads the runs of a file: one, or a list in the form of ConsoleSinter (`[{"inputs": RUN}, …]`) or of a Turbine
    /// session (`[{"Input": RUN}, …]`).
    ///
    /// - Parameter file: its name in messages.
    public static func read(_ bytes: [UInt8], file: String) throws(SinterError) -> [SinterRun] {
        let text = SinterText(bytes, file: file)
        guard !text.isEmpty else { throw SinterError(place: text.place(offset: 0), "the file of inputs is empty") }
        return try RunReader(text: text).runs(try text.json())
    }
}
