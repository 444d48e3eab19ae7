// RE2 (libre2), which is C++, as plain functions that Swift can import.
//
// Matching takes time linear in the text, whatever the pattern, and a pattern takes bounded memory:
// a query may bring any. No function throws or ends the process.
#ifndef AURA_CRE2_H
#define AURA_CRE2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled pattern. Any number of threads may match with it at the same time.
typedef struct aura_re2 aura_re2;

typedef struct {
    bool ignores_case;
    /// The pattern is the text to be found, without any sign that means something else.
    bool is_literal;
    /// `.` stands for a line's end, too.
    bool dot_matches_newline;
} aura_re2_options;

/// Where a group lies in the text; both are -1 if it took no part in the match.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t end;
} aura_re2_group;

typedef enum {
    AURA_RE2_NONE,
    AURA_RE2_FOUND,
    /// There was no memory to look for it.
    AURA_RE2_FAILED,
} aura_re2_result;

/// Compiles a pattern in UTF-8. If it is none, returns NULL and writes what is wrong with it to
/// `error`, of which `error_size` bytes may be used, with a zero at the end.
aura_re2 *aura_re2_compile(
    const char *pattern, size_t size, aura_re2_options options, char *error, size_t error_size);

/// Frees a pattern, or nothing if it is NULL.
void aura_re2_free(aura_re2 *pattern);

/// How many groups the pattern has, beside the whole match.
size_t aura_re2_group_count(const aura_re2 *pattern);

/// Whether the whole text matches. `text` may be NULL only when `size` is 0.
aura_re2_result aura_re2_match_all(const aura_re2 *pattern, const char *text, size_t size);

/// Finds the first match in the text from `offset` on; what lies before counts for `^` and `\b`.
/// Writes where the whole match lies, and the groups behind it, to `groups`, of which there are
/// `group_count`, perhaps none. `text` may be NULL only when `size` is 0.
aura_re2_result aura_re2_find(
    const aura_re2 *pattern, const char *text, size_t size, size_t offset, aura_re2_group *groups,
    size_t group_count);

#ifdef __cplusplus
}
#endif

#endif
