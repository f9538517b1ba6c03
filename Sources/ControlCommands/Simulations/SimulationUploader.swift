import FOQUSModel
import Threading

/// Puts a simulation's files on the gateway.
struct SimulationUploader: Sendable {
    let gateway: any GatewayService
    let files: BlockingPool
    let progress: ProgressDisplay

    /// - Parameter paths: files and directories.
    /// - Returns: the uploaded files by where they went, and the application when it is known.
    func upload(
        _ paths: [String], as name: SimulationName, application: String?
    ) async throws(ControlError) -> (targets: [String], application: String?) {
        let plan = try await files.run { () throws(ControlError) in
            try UploadPlan.make(try LocalFiles.find(paths), application: application)
        }
        if let application = plan.application {
            try await gateway.create(name, application: application)
        } else if try await !gateway.simulations().contains(where: { $0.name == name.description }) {
            throw ControlError(
                .input,
                "there is no simulation \(name) yet, and none of the files is a configuration (a .foqus file,"
                    + " acm_sinter.json, aspenplus_sinter.json, foqus-user-plugin.json). Add it, or use --application.")
        }
        var targets: [String] = []
        for (index, item) in plan.items.enumerated() {
            progress.transient("uploading \(item.file.source) (\(index + 1) of \(plan.items.count))")
            let content = try await files.run { () throws(ControlError) in try LocalFiles.read(item.file.source) }
            do throws(ControlError) {
                try await gateway.upload(content, as: item.resource, of: name)
            } catch {
                progress.clear()
                throw ControlError(error.code, "cannot upload \(item.file.source): \(error)")
            }
            switch item.resource {
            case .configuration: targets.append("configuration")
            case .file(let path): targets.append(path.description)
            }
        }
        progress.clear()
        return (targets, plan.application)
    }
}
