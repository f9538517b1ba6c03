#pragma once
#include <udunits2.h>

// The library writes its messages to standard error unless told otherwise, through a function with a va_list, which
// Swift cannot name.
static inline void cu_silence(void) { ut_set_error_message_handler(ut_ignore); }
