extension SettingsReader {
    /// Any text.
    public func string(_ section: String, _ key: String, default standard: String) -> String {
        read(section, key, standard: (standard, standard), expected: "a text") { $0 }
    }

    /// Any text but an empty one; `nil` when it is not set.
    public func optionalString(_ section: String, _ key: String) -> String? {
        read(section, key, standard: (nil, ""), expected: "a text that is not empty") { $0.isEmpty ? nil : .some($0) }
    }

    /// Any text but an empty one. It must be set; the result is empty when it is not.
    public func requiredString(_ section: String, _ key: String) -> String {
        guard isSet(section, key) else {
            miss(section, key)
            return string(section, key, default: "")
        }
        return read(section, key, standard: ("", ""), expected: "a text that is not empty") { $0.isEmpty ? nil : $0 }
    }

    public func int(
        _ section: String, _ key: String, default standard: Int, range: ClosedRange<Int> = 0...(.max)
    ) -> Int {
        let bounds =
            range.upperBound == .max
            ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        return read(section, key, standard: (standard, "\(standard)"), expected: "a whole number \(bounds)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// `true yes on 1` or `false no off 0`, in any case.
    public func bool(_ section: String, _ key: String, default standard: Bool) -> Bool {
        read(section, key, standard: (standard, "\(standard)"), expected: "true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }

    /// A number with `ms`, `s`, `m` (or `min`), `h` or `d`; without a unit it is seconds.
    public func duration(
        _ section: String, _ key: String, default standard: Duration, range: ClosedRange<Duration>? = nil
    ) -> Duration {
        let bounds = range.map { " from \(DurationText.write($0.lowerBound)) to \(DurationText.write($0.upperBound))" }
        return read(
            section, key, standard: (standard, DurationText.write(standard)),
            expected: "a duration\(bounds ?? ""), such as 250ms, 60s, 5m or 1h"
        ) { text in
            DurationText.read(text).flatMap { range?.contains($0) ?? true ? $0 : nil }
        }
    }

    /// Bytes: a number with `B`, `kB MB GB TB` (powers of 1000) or `KiB MiB GiB TiB` (powers of 1024), in any case and
    /// with or without a space; `K M G T` are powers of 1024, as systemd has it.
    public func byteSize(
        _ section: String, _ key: String, default standard: Int, range: ClosedRange<Int> = 0...(.max)
    ) -> Int {
        let lower = range.lowerBound == 0 ? "" : " of at least \(ByteSizeText.write(range.lowerBound))"
        let upper = range.upperBound == .max ? "" : " of at most \(ByteSizeText.write(range.upperBound))"
        let bounds = lower.isEmpty || upper.isEmpty ? lower + upper : "\(lower) and\(upper)"
        return read(
            section, key, standard: (standard, ByteSizeText.write(standard)),
            expected: "a size\(bounds), such as 64MiB or 1 GB"
        ) { text in
            ByteSizeText.read(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// As `int`; nil when it is not set, or empty.
    public func optionalInt(_ section: String, _ key: String, range: ClosedRange<Int>) -> Int? {
        isGiven(section, key) ? int(section, key, default: range.lowerBound, range: range) : unset(section, key)
    }

    /// As `byteSize`; nil when it is not set, or empty.
    public func optionalByteSize(_ section: String, _ key: String) -> Int? {
        isGiven(section, key) ? byteSize(section, key, default: 0) : unset(section, key)
    }

    /// As `duration`; nil when it is not set, or empty.
    public func optionalDuration(_ section: String, _ key: String) -> Duration? {
        isGiven(section, key) ? duration(section, key, default: .zero) : unset(section, key)
    }

    /// As `bool`; nil when it is not set, or empty.
    public func optionalBool(_ section: String, _ key: String) -> Bool? {
        isGiven(section, key) ? bool(section, key, default: false) : unset(section, key)
    }

    /// Nil, for a setting without a value: it is known and listed nevertheless.
    private func unset<Value>(_ section: String, _ key: String) -> Value? {
        read(section, key, standard: (nil, ""), expected: "nothing") { _ in .some(nil) }
    }

    /// Texts separated by commas. Empty ones do not count.
    public func list(_ section: String, _ key: String, default standard: [String]) -> [String] {
        read(section, key, standard: (standard, standard.joined(separator: ", ")), expected: "a list") { text in
            text.split(separator: ",").map { String($0.trimmingSpace()) }.filter { !$0.isEmpty }
        }
    }

    /// An absolute path. Whether anything is there is not looked at.
    public func path(_ section: String, _ key: String, default standard: String) -> String {
        read(section, key, standard: (standard, standard), expected: Self.expectedPath) { place($0) }
    }

    /// An absolute path; `nil` when it is not set.
    public func optionalPath(_ section: String, _ key: String) -> String? {
        read(section, key, standard: (nil, ""), expected: Self.expectedPath) { place($0).map { .some($0) } }
    }

    /// One of the cases of an enumeration by its raw value.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ section: String, _ key: String, default standard: Choice
    ) -> Choice {
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return read(section, key, standard: (standard, standard.rawValue), expected: "one of \(choices)") {
            Choice(rawValue: $0)
        }
    }
}
