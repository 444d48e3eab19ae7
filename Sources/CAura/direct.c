#define _GNU_SOURCE
#include "CAura.h"

#include <fcntl.h>

bool aura_set_direct(int descriptor, bool is_on) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return false;
    return fcntl(descriptor, F_SETFL, is_on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

void aura_start_writing(int descriptor, int64_t offset, int64_t count) {
    sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}
