#pragma once
// curl's type-checking macros hide curl_easy_setopt from the importer.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
