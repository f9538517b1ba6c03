import EventLoop
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct UnixSignalsTests {
    @Test func signalsArriveInTheStreamWhicheverThreadGetsThem() async {
        let loop = EventLoop.start(name: "signals-test")
        defer { loop.stop() }
        let stream = UnixSignals.stream([SIGUSR1, SIGUSR2], loop: loop)
        kill(getpid(), SIGUSR2)
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == SIGUSR2)
        kill(getpid(), SIGUSR1)
        #expect(await iterator.next() == SIGUSR1)
    }

    @Test func brokenPipeIsAnError() {
        UnixSignals.ignoreBrokenPipe()
        var fds: [CInt] = [-1, -1]
        #expect(pipe(&fds) == 0)
        close(fds[0])
        #expect(write(fds[1], "x", 1) == -1)
        #expect(errno == EPIPE)
        close(fds[1])
    }
}
