#define _GNU_SOURCE
#include "CAura.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

struct aside {
    void (*job)(void *);
    void *context;
};

static void *run(void *argument) {
    struct aside *aside = argument;
    // Best effort: at its usual priority the job is done all the same.
    setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
    aside->job(aside->context);
    // What the job has let go of lies in holes between what is in use, and stays with the process.
    malloc_trim(0);
    return NULL;
}

void aura_run_aside(void (*job)(void *), void *context) {
    struct aside aside = {job, context};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, &aside) == 0) {
        pthread_join(thread, NULL);
    } else {
        job(context);
    }
}
