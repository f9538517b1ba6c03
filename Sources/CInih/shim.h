#pragma once
#include <ini.h>

// Debian builds inih with its options as global variables. Swift refuses to touch those, as they are not safe to share:
// call this once, before any parsing.
static inline void ci_configure(int max_line) {
    ini_max_line = max_line;
    ini_use_stack = true;
    // One line, one value: a forgotten '=' must not silently continue the value above.
    ini_allow_multiline = false;
    // A ';' belongs to the value. Comments have lines of their own.
    ini_allow_inline_comments = false;
    ini_allow_no_value = false;
    ini_stop_on_first_error = true;
}
