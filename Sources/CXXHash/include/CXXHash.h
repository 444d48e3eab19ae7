// XXH3 (libxxhash, header-only use) as plain functions that Swift can import.
//
// The one-shot functions are compiled here with inlining on, because the shared library's generic
// build is about half as fast on x86-64-v3. Delete when Debian ships a dispatching libxxhash.
#ifndef AURA_CXXHASH_H
#define AURA_CXXHASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t low;
    uint64_t high;
} aura_xxh128;

/// XXH3-64 of `size` bytes at `data`, seeded. `data` may be NULL only when `size` is 0.
uint64_t aura_xxh3_64(const void *data, size_t size, uint64_t seed);

/// XXH3-128 of `size` bytes at `data`, unseeded.
aura_xxh128 aura_xxh3_128(const void *data, size_t size);

#endif
