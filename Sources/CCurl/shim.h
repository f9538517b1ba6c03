#pragma once
// curl's type-checking macros hide curl_easy_setopt from the importer.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

// Swift cannot call variadic functions: one of ours for each type of argument.

static inline CURLcode shim_easy_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_easy_set_large(CURL *_Nonnull easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_easy_set_string(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode shim_easy_set_pointer(CURL *_Nonnull easy, CURLoption option, const void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}
/// CURLOPT_WRITEFUNCTION, READFUNCTION and HEADERFUNCTION share this type.
static inline CURLcode shim_easy_set_transfer(
    CURL *_Nonnull easy, CURLoption function, CURLoption data,
    size_t (*_Nonnull callback)(char *_Nullable, size_t, size_t, void *_Nullable), void *_Nullable context) {
    CURLcode code = curl_easy_setopt(easy, function, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, data, context);
}
static inline CURLcode shim_easy_set_seek(
    CURL *_Nonnull easy, int (*_Nonnull callback)(void *_Nullable, curl_off_t, int), void *_Nullable context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_SEEKDATA, context);
}
static inline CURLcode shim_easy_get_long(CURL *_Nonnull easy, CURLINFO info, long *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode shim_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode shim_multi_set_socket(
    CURLM *_Nonnull multi,
    int (*_Nonnull callback)(CURL *_Nullable, curl_socket_t, int, void *_Nullable, void *_Nullable),
    void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}
static inline CURLMcode shim_multi_set_timer(
    CURLM *_Nonnull multi, int (*_Nonnull callback)(CURLM *_Nullable, long, void *_Nullable),
    void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

/// The result of a finished transfer; `data` is a union.
static inline CURLcode shim_message_result(const CURLMsg *_Nonnull message) { return message->data.result; }
