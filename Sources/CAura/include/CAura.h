// What Swift cannot ask the machine for.
#ifndef AURA_CAURA_H
#define AURA_CAURA_H

#include <stdbool.h>

/// Whether this processor has what the build was compiled for: x86-64-v3 (AVX2, BMI1/2, FMA, LZCNT,
/// MOVBE) on x86-64, the baseline elsewhere. A binary built for v3 dies of an illegal instruction
/// on an older processor; asked first, it can say so instead.
bool aura_cpu_is_supported(void);

#endif
