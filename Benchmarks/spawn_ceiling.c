// How many /bin/true a second this machine can start and reap, THREADS at a time: the ceiling of any worker
// that runs each job in a process of its own. Usage: spawn_ceiling THREADS COUNT; prints spawns per second.
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;
static int spawns_each;

static void *spawn_all(void *unused) {
    (void)unused;
    for (int i = 0; i < spawns_each; i++) {
        char *arguments[] = {"true", NULL};
        pid_t child;
        if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ) != 0) exit(1);
        waitpid(child, NULL, 0);
    }
    return NULL;
}

int main(int count, char **values) {
    if (count != 3) return 2;
    int threads = atoi(values[1]);
    if (threads < 1 || threads > 64) return 2;
    spawns_each = atoi(values[2]) / threads;
    pthread_t ids[64];
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, spawn_all, NULL);
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%.0f\n", spawns_each * threads / seconds);
    return 0;
}
