// libedit's functions with any number of arguments, which Swift cannot call, as plain ones.
#ifndef AURA_CEDIT_H
#define AURA_CEDIT_H

#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/// What a key does, in the place of libedit: one of CC_….
typedef unsigned char (*edit_key)(EditLine *, int);

/// Stops the process as Ctrl-Z does elsewhere: libedit leaves and enters its mode around it.
static inline unsigned char edit_suspend(EditLine *line, int key) {
    (void)line;
    (void)key;
    kill(0, SIGTSTP);
    return CC_NORM;
}

/// An editor of the terminal's lines; NULL without memory.
///
/// It has Emacs's keys but for Tab, Ctrl-C, Ctrl-Z and Ctrl-R, then what the user's ~/.editrc says. Ctrl-C
/// and Ctrl-Z are keys like others while a line is edited, and signals at any other time.
static inline EditLine *edit_begin(void *owner, char *(*prompt)(EditLine *), edit_key complete,
                                   edit_key interrupt, History *entries) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
    EditLine *line = el_init("aura", stdin, isatty(STDOUT_FILENO) ? stdout : stderr, stderr);
    if (line == NULL) return NULL;
    el_set(line, EL_CLIENTDATA, owner);
    el_set(line, EL_PROMPT, prompt);
    el_set(line, EL_EDITOR, "emacs");
    el_set(line, EL_SIGNAL, 1);
    el_set(line, EL_HIST, history, entries);
    el_set(line, EL_ADDFN, "aura-complete", "Complete the word", complete);
    el_set(line, EL_ADDFN, "aura-interrupt", "Leave the line", interrupt);
    el_set(line, EL_ADDFN, "aura-suspend", "Stop the process", edit_suspend);
    el_set(line, EL_BIND, "\t", "aura-complete", NULL);
    el_set(line, EL_BIND, "^C", "aura-interrupt", NULL);
    el_set(line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_set(line, EL_BIND, "^Z", "aura-suspend", NULL);
    el_set(line, EL_SETTY, "-d", "-isig", NULL);
    el_source(line, NULL);
    return line;
}

/// The owner that the editor was made with.
static inline void *edit_owner(EditLine *line) {
    void *owner = NULL;
    el_get(line, EL_CLIENTDATA, &owner);
    return owner;
}

/// Waits for a line; NULL at the end of the input.
///
/// libedit shows its prompt before it changes the terminal's mode: a Ctrl-C between them would be a
/// signal.
static inline const char *edit_line(EditLine *line, int *count) {
    el_set(line, EL_PREP_TERM, 1);
    el_resize(line);
    return el_gets(line, count);
}

/// A history of at most so many entries, in which no entry stands twice in a row; NULL without memory.
static inline History *edit_history(int limit) {
    HistEvent event;
    History *entries = history_init();
    if (entries == NULL) return NULL;
    history(entries, &event, H_SETSIZE, limit);
    history(entries, &event, H_SETUNIQUE, 1);
    return entries;
}

/// Adds an entry.
static inline void edit_remember(History *entries, const char *text) {
    HistEvent event;
    history(entries, &event, H_ENTER, text);
}

#endif
