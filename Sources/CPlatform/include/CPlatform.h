#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Headers that Swift's Glibc module lacks; importing CPlatform makes them visible.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>

#ifdef __cplusplus
extern "C" {
#endif

/// prctl(2) is variadic, so Swift cannot call it. At most 15 bytes are shown.
void cp_set_thread_name(const char *_Nonnull name);

#ifdef __cplusplus
}
#endif
