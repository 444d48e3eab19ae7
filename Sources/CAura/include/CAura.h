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

#endif
