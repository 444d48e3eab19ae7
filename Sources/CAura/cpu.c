// Refuses a processor older than the build, in words instead of an illegal instruction.
//
// Everything else is compiled for x86-64-v3, so this runs before it, as the first constructor, and
// is itself compiled for the baseline.
#if defined(__x86_64__)
#include <unistd.h>

__attribute__((constructor(101), target("arch=x86-64"))) static void refuse_old_processor(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v3")) return;
    static const char text[] =
        "error: this processor lacks what this build needs (x86-64-v3: AVX2, BMI, FMA, LZCNT, MOVBE)\n"
        "hint: use a processor made since 2013, or build Aura for this one\n";
    (void)!write(2, text, sizeof text - 1);
    _exit(1);
}
#endif
