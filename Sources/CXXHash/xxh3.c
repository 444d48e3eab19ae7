#define XXH_INLINE_ALL
#include <xxhash.h>

#include "CXXHash.h"

_Static_assert(sizeof(aura_xxh128) == 16, "two 64-bit halves");

uint64_t aura_xxh3_64(const void *data, size_t size, uint64_t seed) {
    return XXH3_64bits_withSeed(data, size, seed);
}

aura_xxh128 aura_xxh3_128(const void *data, size_t size) {
    XXH128_hash_t hash = XXH3_128bits(data, size);
    return (aura_xxh128){.low = hash.low64, .high = hash.high64};
}
