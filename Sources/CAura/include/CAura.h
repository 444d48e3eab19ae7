// What Swift cannot ask the machine for.
#ifndef AURA_CAURA_H
#define AURA_CAURA_H

#include <stdbool.h>
#include <stdint.h>

/// The wall clock, in µs since 1970-01-01T00:00:00Z. Swift 6.3 finds `timespec` in one of two modules,
/// depending on what else a module imports; delete this when it finds one everywhere.
int64_t aura_wall_clock(void);

/// Processor time of the calling thread, in ns; here for the same reason.
int64_t aura_thread_cpu_clock(void);

/// Has writes to the descriptor pass the page cache, or go through it again; false where the file
/// system cannot. Swift sees neither `fcntl` nor `O_DIRECT`.
bool aura_set_direct(int descriptor, bool is_on);

/// Has the kernel begin to write these bytes of the file out, and does not wait for it; a hint. Swift
/// sees no `sync_file_range`.
void aura_start_writing(int descriptor, int64_t offset, int64_t count);

/// Runs a job on a thread of its own that gives way to others (nice 10), and waits for it. Threads of
/// a pool cannot be lowered for a while: no unprivileged thread gets back what it has given up.
void aura_run_aside(void (*job)(void *), void *context);

#endif
