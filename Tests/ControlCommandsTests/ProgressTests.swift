import FOQUSModel
import Testing

@testable import ControlCommands

@Suite struct ProgressTests {
    private let progress = Progress(
        summary: SessionSummary(counts: [.success: 629, .error: 3, .running: 12, .submit: 356]), elapsed: .seconds(16),
        finishedBefore: 0)

    @Test func theBarTellsAll() {
        #expect(
            progress.bar(label: "flow", width: 100)
                == "flow  [######################--------------]   63%   632/1000  12 running, 3 failed, 40/s, 0:09 left"
        )
    }

    @Test(arguments: [20, 40, 60, 79, 120]) func theBarFits(_ width: Int) {
        #expect(progress.bar(label: "flow", width: width).count <= width)
    }

    @Test func theLineTellsAll() {
        #expect(progress.line == "632 of 1000 jobs finished (3 failed), 12 running, 356 waiting, 0:09 left")
        #expect(progress.finalLine == "1000 jobs in 0:16: 356 submit, 12 running, 629 success, 3 error")
    }

    @Test func whatFinishedBeforeDoesNotCountForTheSpeed() {
        let later = Progress(summary: progress.summary, elapsed: .seconds(10), finishedBefore: 532)
        #expect(later.rate == 10)
        #expect(Progress(summary: progress.summary, elapsed: .seconds(10), finishedBefore: 632).rate == nil)
    }

    @Test(arguments: [
        (Duration.seconds(9), "0:09"), (.seconds(750), "12:30"), (.seconds(3723), "1:02:03"),
        (.milliseconds(900), "0:00"),
    ])
    func durationsReadAsClocks(_ duration: Duration, _ text: String) { #expect(duration.clockText == text) }

    @Test func plainLinesComeEveryFewSeconds() async throws {
        let console = TestConsole()
        let time = SkippingTime()
        let display = ProgressDisplay(label: "flow", console: console, time: time, quiet: false)
        for _ in 0..<120 {
            display.show(progress.summary)
            try await time.sleep(for: .milliseconds(100))
        }
        display.finish(progress.summary)
        #expect(console.messageLines.count == 3)
        #expect(console.messageLines.last?.hasPrefix("1000 jobs in 0:12") == true)
    }

    @Test func onATerminalTheBarIsRedrawnAndCleared() {
        let console = TestConsole(messageWidth: 60)
        let display = ProgressDisplay(label: "flow", console: console, time: SkippingTime(), quiet: false)
        display.show(progress.summary)
        display.show(progress.summary)
        display.say("hello")
        let bar = progressBar(width: 59)
        #expect(console.messages == "\r\(bar)\u{1B}[K\r\u{1B}[Khello\n")
    }

    private func progressBar(width: Int) -> String {
        Progress(summary: progress.summary, elapsed: .zero, finishedBefore: 632).bar(label: "flow", width: width)
    }

    @Test func quietMeansQuiet() {
        let console = TestConsole(messageWidth: 60)
        let display = ProgressDisplay(label: "flow", console: console, time: SkippingTime(), quiet: true)
        display.show(progress.summary)
        display.transient("uploading")
        display.finish(progress.summary)
        #expect(console.messages == "")
    }
}
