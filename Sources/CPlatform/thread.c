#define _GNU_SOURCE
#include "CPlatform.h"

void cp_set_thread_name(const char *name) { prctl(PR_SET_NAME, name); }
