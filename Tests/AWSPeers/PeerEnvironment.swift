import FileKit
import Glibc
public import TestSupport

/// Where the Python environment of the peers is.
public enum PeerEnvironment {
    /// Its interpreter.
    public static func python() throws(TestSupportError) -> String {
        let root = Path.parent(Path.parent(Path.parent(#filePath)))
        let path = variable("FOQUS_AWS_PEERS") ?? Path.join(root, ".build/aws-peers-venv/bin/python3")
        guard File.exists(path) else {
            throw TestSupportError(
                "\(path) is missing, the Python with the AWS peers. `script/test aws` makes it; another one, with the packages of Tests/AWSPeers/requirements.txt, is named in FOQUS_AWS_PEERS"
            )
        }
        return path
    }

    /// The program that runs the peers.
    static let host = Path.join(Path.parent(#filePath), "peer_host.py")

    /// As in the environment of the tests; nil when empty.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
