#include "CRE2.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <vector>

#include <re2/re2.h>

struct aura_re2 {
    RE2 compiled;

    aura_re2(re2::StringPiece pattern, const RE2::Options &options) : compiled(pattern, options) {}
};

namespace {

/// Of the compiled program and of what is remembered while matching, for each pattern.
constexpr int64_t maximum_memory = 8 << 20;

/// A place in memory even for no bytes: RE2 takes a group at NULL for one without a match.
re2::StringPiece piece(const char *bytes, size_t size) {
    return re2::StringPiece(bytes == nullptr ? "" : bytes, size);
}

void write(const char *text, char *error, size_t size) {
    if (size == 0) return;
    const size_t length = std::min(std::strlen(text), size - 1);
    std::memcpy(error, text, length);
    error[length] = 0;
}

}  // namespace

aura_re2 *aura_re2_compile(
    const char *pattern, size_t size, aura_re2_options options, char *error, size_t error_size) {
    try {
        RE2::Options compiling;
        compiling.set_log_errors(false);
        compiling.set_max_mem(maximum_memory);
        compiling.set_case_sensitive(!options.ignores_case);
        compiling.set_literal(options.is_literal);
        compiling.set_dot_nl(options.dot_matches_newline);
        auto compiled = std::make_unique<aura_re2>(piece(pattern, size), compiling);
        if (compiled->compiled.ok()) return compiled.release();
        write(compiled->compiled.error().c_str(), error, error_size);
    } catch (const std::exception &failure) {
        write(failure.what(), error, error_size);
    } catch (...) {
        write("unknown", error, error_size);
    }
    return nullptr;
}

void aura_re2_free(aura_re2 *pattern) { delete pattern; }

size_t aura_re2_group_count(const aura_re2 *pattern) {
    return static_cast<size_t>(std::max(pattern->compiled.NumberOfCapturingGroups(), 0));
}

aura_re2_result aura_re2_match_all(const aura_re2 *pattern, const char *text, size_t size) {
    try {
        const bool matches =
            pattern->compiled.Match(piece(text, size), 0, size, RE2::ANCHOR_BOTH, nullptr, 0);
        return matches ? AURA_RE2_FOUND : AURA_RE2_NONE;
    } catch (...) {
        return AURA_RE2_FAILED;
    }
}

aura_re2_result aura_re2_find(
    const aura_re2 *pattern, const char *text, size_t size, size_t offset, aura_re2_group *groups,
    size_t group_count) {
    constexpr size_t few = 16;
    if (group_count > INT_MAX) return AURA_RE2_FAILED;
    try {
        const re2::StringPiece whole = piece(text, size);
        re2::StringPiece nearby[few];
        std::vector<re2::StringPiece> many(group_count > few ? group_count : 0);
        re2::StringPiece *found = group_count > few ? many.data() : nearby;
        if (!pattern->compiled.Match(
                whole, offset, size, RE2::UNANCHORED, found, static_cast<int>(group_count))) {
            return AURA_RE2_NONE;
        }
        for (size_t index = 0; index < group_count; index++) {
            const re2::StringPiece &group = found[index];
            if (group.data() == nullptr) {
                groups[index] = {-1, -1};
            } else {
                const ptrdiff_t start = group.data() - whole.data();
                groups[index] = {start, start + static_cast<ptrdiff_t>(group.size())};
            }
        }
        return AURA_RE2_FOUND;
    } catch (...) {
        return AURA_RE2_FAILED;
    }
}
