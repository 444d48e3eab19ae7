#include "CAura.h"

#include <sys/resource.h>

bool aura_lower_priority(void) {
    // The kernel cuts what is beyond the lowest.
    int lower = getpriority(PRIO_PROCESS, 0) + 10;
    return setpriority(PRIO_PROCESS, 0, lower) == 0;
}
