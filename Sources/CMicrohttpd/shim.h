#pragma once
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Swift cannot call variadic functions; these pass on what the server needs of them.

/// Where MHD's own messages go, formatted.
struct shim_mhd_log {
    void (*_Nonnull receive)(void *_Nullable context, const char *_Nonnull message);
    void *_Nullable context;
};

struct shim_mhd_configuration {
    unsigned int flags;
    int listen_socket;
    unsigned int threads;
    unsigned int connection_limit;
    unsigned int per_ip_limit;       // 0: none
    unsigned int idle_timeout;       // seconds, 0: none
    const char *_Nullable certificate;  // PEM; with key: TLS
    const char *_Nullable key;
    struct shim_mhd_log *_Nonnull log;
    void *_Nullable context;         // first argument of the callbacks
    void *_Nullable (*_Nonnull begin)(void *_Nullable, const char *_Nonnull, struct MHD_Connection *_Nullable);
    MHD_AccessHandlerCallback _Nonnull access;
    MHD_RequestCompletedCallback _Nonnull completed;
};

__attribute__((format(printf, 2, 0)))
static void shim_mhd_write_log(void *context, const char *format, va_list arguments) {
    struct shim_mhd_log *log = context;
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    log->receive(log->context, message);
}

/// Leaves targets as they came: the server decodes them itself, segment by segment.
static size_t shim_mhd_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

static inline struct MHD_Daemon *_Nullable shim_mhd_start(const struct shim_mhd_configuration *_Nonnull c) {
    struct MHD_OptionItem options[16];
    int count = 0;
#define SHIM_OPTION(option, number, pointer) \
    options[count++] = (struct MHD_OptionItem){option, (intptr_t)(number), (void *)(pointer)}
    SHIM_OPTION(MHD_OPTION_LISTEN_SOCKET, c->listen_socket, 0);
    SHIM_OPTION(MHD_OPTION_CONNECTION_LIMIT, c->connection_limit, 0);
    SHIM_OPTION(MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->per_ip_limit, 0);
    SHIM_OPTION(MHD_OPTION_CONNECTION_TIMEOUT, c->idle_timeout, 0);
    // Offsets of a thread pool's connections may not exceed the limit, and 1 would make a pool of one.
    if (c->threads > 1) SHIM_OPTION(MHD_OPTION_THREAD_POOL_SIZE, c->threads, 0);
    if (c->certificate && c->key) {
        SHIM_OPTION(MHD_OPTION_HTTPS_MEM_CERT, 0, c->certificate);
        SHIM_OPTION(MHD_OPTION_HTTPS_MEM_KEY, 0, c->key);
        SHIM_OPTION(MHD_OPTION_HTTPS_PRIORITIES, 0, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
    }
    SHIM_OPTION(MHD_OPTION_END, 0, 0);
#undef SHIM_OPTION
    return MHD_start_daemon(
        c->flags, 0, NULL, NULL, c->access, c->context,
        MHD_OPTION_EXTERNAL_LOGGER, shim_mhd_write_log, c->log,  // first, or MHD's complaints about others get lost
        MHD_OPTION_URI_LOG_CALLBACK, c->begin, c->context,
        MHD_OPTION_UNESCAPE_CALLBACK, shim_mhd_keep_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, c->completed, c->context,
        MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline const struct sockaddr *_Nullable shim_mhd_client_address(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}
