import CPlatform
import Glibc

/// A named, detached POSIX thread that runs one closure and ends.
public enum WorkThread {
    private final class Box {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts `body` on a new thread. Traps when the system has no thread left, as nothing can go on then.
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Box(name: name, body: body)).toOpaque()
        let code = pthread_create(
            &thread, &attributes,
            { raw in
                let box = Unmanaged<Box>.fromOpaque(raw!).takeRetainedValue()
                cp_set_thread_name(box.name)
                box.body()
                return nil
            }, context)
        precondition(code == 0, "pthread_create: \(code)")
    }
}
