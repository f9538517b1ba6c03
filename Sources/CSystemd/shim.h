#pragma once
// Keeps sd_journal_sendv a function: the macro form would add this header's own location.
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
