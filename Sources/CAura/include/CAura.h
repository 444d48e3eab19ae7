// What Swift cannot ask the machine for.
#ifndef AURA_CAURA_H
#define AURA_CAURA_H

#include <stdbool.h>
#include <stdint.h>

/// Whether this processor has what the build was compiled for: x86-64-v3 (AVX2, BMI1/2, FMA, LZCNT,
/// MOVBE) on x86-64, the baseline elsewhere. A binary built for v3 dies of an illegal instruction
/// on an older processor; asked first, it can say so instead.
bool aura_cpu_is_supported(void);

/// The wall clock, in µs since 1970-01-01T00:00:00Z. Swift 6.3 finds `timespec` in one of two modules,
/// depending on what else a module imports; delete this when it finds one everywhere.
int64_t aura_wall_clock(void);

#endif
