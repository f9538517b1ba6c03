import AWSClient
import Logging
import WorkerEngine

/// Drains the worker when its instance is about to go.
enum InstanceDrain {
    static func follow(_ events: AsyncStream<InstanceEvent>, _ engine: WorkerEngine, _ logger: Logger) async {
        for await event in events {
            guard let reason = reason(for: event) else { continue }
            logger.notice("the instance goes", ["reason": reason])
            await engine.drain()
            return
        }
    }

    /// Why to drain; nil when the instance stays.
    static func reason(for event: InstanceEvent) -> String? {
        switch event {
        case .terminating(let time): "it is interrupted at \(time)"
        case .rebalance: "a rebalance is recommended"
        case .lifecycle(let state): state.endsWork ? "its Auto Scaling group moves it to \(state)" : nil
        }
    }
}
