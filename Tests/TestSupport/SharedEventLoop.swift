public import EventLoop

/// One loop for all tests that need one and do not test it: each loop has an inotify instance, of which a user may have
/// few (128 by default), while hundreds of tests run at a time.
public let sharedEventLoop = EventLoop.start(name: "shared-test")
