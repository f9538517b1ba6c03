#define _GNU_SOURCE
#include "CPlatform.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int cp_pipe(int *reader, int *writer) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    *reader = ends[0];
    *writer = ends[1];
    return 0;
}

int cp_accept(int listening) { return accept4(listening, NULL, NULL, SOCK_CLOEXEC); }

int cp_peer(int connection, pid_t *process, uid_t *user) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -1;
    *process = peer.pid;
    *user = peer.uid;
    return 0;
}
