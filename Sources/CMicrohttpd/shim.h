#pragma once
#include <microhttpd.h>
#include <netinet/in.h>
