public import JSONKit

/// What a job asks of its simulator besides its inputs, by the members that Turbine gave jobs.
public struct JobConduct: Sendable, Hashable {
    /// `Reset`: the model as its file has it, whatever jobs before have left in it.
    public var reset = false
    /// `Reset` was given as false. A job that says nothing of it leaves it to its simulator, and TurbineLite resets then.
    public var waivesReset = false
    /// `Initialize`: a run with the defaults first.
    public var initialize = false
    /// `Visible`: the simulator's windows are shown, where there is a screen.
    public var visible = false

    public init() {}

    /// - Parameter description: the job as it was submitted. What is missing or no truth value is false.
    public init(description: JSONObject) {
        reset = description["Reset"]?.boolValue ?? false
        waivesReset = description["Reset"]?.boolValue == false
        initialize = description["Initialize"]?.boolValue ?? false
        visible = description["Visible"]?.boolValue ?? false
    }
}
