/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diag.c - the catalogue of messages, and the list of those that were said.
 *
 * A message becomes text when it is reported: the names in it belong to others
 * and may be gone when it is printed. Every byte that came from outside passes
 * buf_escape(), so none can act on a terminal. A line is cut around its caret;
 * no message is longer than a few hundred bytes, whatever the file holds.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "rule/diag.h"

#define TEXT_SHOWN	160u	/* bytes of a name in a message */
#define LINE_SHOWN	120u	/* bytes of a source line */
#define LINE_BEFORE	60u	/* of these, before the caret */
#define KNOWN_MIN	3u	/* names of a table that are listed: so few */
#define KNOWN_MAX	8u	/* say themselves what else there is */

/* What the texts have: %1 and %2 are filled in. */
static const struct {
	const char	*id;
	enum severity	 severity;
	const char	*text;
} catalogue[DIAGS] = {
#define E DIAG_IS_ERROR
#define W DIAG_IS_WARNING
#define N DIAG_IS_NOTE
[DIAG_FILE_UNREADABLE] = { "file-unreadable", E,
    "cannot be read: %1" },
[DIAG_FILE_LARGE] = { "file-large", E,
    "is larger than 256 megabytes" },
[DIAG_INCLUDE_UNREADABLE] = { "include-unreadable", E,
    "'%1' cannot be read: %2" },
[DIAG_INCLUDE_LOOP] = { "include-loop", E,
    "'%1' is already being read: %2" },
[DIAG_INCLUDE_DEEP] = { "include-deep", E,
    "includes are nested more than 64 deep" },
[DIAG_INCLUDE_MANY] = { "include-many", E,
    "the included files are more than 10000, or larger than 256 megabytes" },
[DIAG_INCLUDE_AGAIN] = { "include-again", E,
    "files that are included more than once are read again for more than 4 "
    "megabytes in all" },
[DIAG_STRING_OPEN] = { "string-open", E,
    "this string has no closing quote" },
[DIAG_STRING_BYTE] = { "string-byte", E,
    "the byte 0xff cannot stand in a quoted string" },
[DIAG_LINE_ENDS] = { "line-ends", W,
    "lines end in carriage return and newline; the carriage returns are "
    "passed over, but bsmtrace 3.1 refuses such a file" },
[DIAG_BYTE_ORDER] = { "byte-order-mark", W,
    "the file begins with a byte-order mark, which is passed over; "
    "bsmtrace 3.1 refuses such a file" },

[DIAG_EXPECTED] = { "expected", E,
    "expected %1, found '%2'" },
[DIAG_EXPECTED_END] = { "expected-end", E,
    "expected %1, found the end of the file" },
[DIAG_STATEMENT_UNKNOWN] = { "statement-unknown", E,
    "'%1' does not begin a statement" },
[DIAG_OPTION_UNKNOWN] = { "option-unknown", E,
    "'%1' is not an option of a sequence" },
[DIAG_STATE_WORD_UNKNOWN] = { "state-word-unknown", E,
    "'%1' is not a word of a state" },
[DIAG_PREDICATE_UNKNOWN] = { "predicate-unknown", E,
    "'%1' cannot stand here, where only predicates of one record can" },
[DIAG_CHANNEL_WORD_UNKNOWN] = { "channel-word-unknown", E,
    "'%1' is not an option of a log channel" },
[DIAG_TEST_WORD_UNKNOWN] = { "test-word-unknown", E,
    "'%1' is not a word of a test" },
[DIAG_UNIT_UNKNOWN] = { "unit-unknown", E,
    "'%1' is not a unit of time" },
[DIAG_STATUS_UNKNOWN] = { "status-unknown", E,
    "'%1' is not a status" },
[DIAG_ENABLED_UNKNOWN] = { "enabled-unknown", E,
    "'%1' is neither 'yes' nor 'no'" },
[DIAG_FIELD_UNKNOWN] = { "field-unknown", E,
    "'%1' is nothing that an audit record says" },
[DIAG_SETTING_UNKNOWN] = { "setting-unknown", E,
    "'%1' is not one of the options" },
[DIAG_NESTED_DEEP] = { "nested-deep", E,
    "blocks are nested more than 16 deep" },
[DIAG_TIME_LONG] = { "time-long", E,
    "longer than 4294967295 seconds, which are 136 years" },

[DIAG_TYPE_UNKNOWN] = { "type-unknown", E,
    "'%1' is not a type of set" },
[DIAG_SET_UNKNOWN] = { "set-unknown", E,
    "no set '%1' is defined above in this file or in the main file" },
[DIAG_SET_MISMATCH] = { "set-mismatch", E,
    "a set of type '%1' cannot take the entries of one of type '%2'" },
[DIAG_SET_LARGE] = { "set-large", E,
    "sets that extend sets have more than 1048576 entries in all" },
[DIAG_SET_AGAIN] = { "set-again", W,
    "set '%1' is defined again; from here on the new one is used" },
[DIAG_SET_UNUSED] = { "set-unused", W,
    "set '%1' is never used" },
[DIAG_TYPE_WRONG] = { "type-wrong", E,
    "a set of type '%1' cannot be used here; expected %2" },
[DIAG_USER_UNKNOWN] = { "user-unknown", E,
    "no user is called '%1'; a user who has no name on this machine can be "
    "given as a number" },
[DIAG_GROUP_UNKNOWN] = { "group-unknown", E,
    "no group is called '%1'; a group that has no name on this machine can "
    "be given as a number" },
[DIAG_EVENT_UNKNOWN] = { "event-unknown", E,
    "no audit event is called '%1'" },
[DIAG_CLASS_UNKNOWN] = { "class-unknown", E,
    "no audit class is called '%1'" },
[DIAG_NUMBER_EMPTY] = { "number-empty", E,
    "an empty entry names nothing" },
[DIAG_NUMBER_LARGE] = { "number-large", E,
    "%1 does not fit: at most %2 can stand here" },
[DIAG_EVENT_LARGE] = { "event-large", W,
    "no record has an event number above 65535" },
[DIAG_PATTERN_BAD] = { "pattern-bad", E,
    "not a regular expression: %1" },
[DIAG_PATTERN_SLOW] = { "pattern-slow", W,
    "'%1' repeats what repeats itself: there are texts on which the pattern "
    "would go on for ever, and is given up" },
[DIAG_GLOB_LONG] = { "glob-long", E,
    "the pattern is longer than 4096 bytes" },
[DIAG_PATH_INSIDE] = { "path-inside", W,
    "'%1' is a mere prefix, so that names which go on behind it match too; "
    "end it with a slash, or make the set one of type 'dir'" },
[DIAG_ERRNO_UNKNOWN] = { "errno-unknown", E,
    "no error is called '%1'" },
[DIAG_ADDRESS_BAD] = { "address-bad", E,
    "'%1' is not an address; write for example '10.0.0.0/8' or 'fe80::/10'" },
[DIAG_ADDRESS_BITS] = { "address-bits", W,
    "'%1' has bits beyond its mask, which count for nothing" },
[DIAG_NUMBER_BAD] = { "number-bad", E,
    "'%1' is not a number" },
[DIAG_RANGE_EMPTY] = { "range-empty", E,
    "nothing lies in the range '%1'" },
[DIAG_CLOCK_BAD] = { "clock-bad", E,
    "'%1' is not a time of day; write for example '22:00..06:00'" },
[DIAG_DAY_UNKNOWN] = { "day-unknown", E,
    "'%1' is not a day of the week" },

[DIAG_SUBJECT_MISSING] = { "subject-missing", E,
    "sequence '%1' does not say whose records it watches; write for example "
    "'subject any;'" },
[DIAG_STATES_MISSING] = { "states-missing", E,
    "sequence '%1' has no state" },
[DIAG_STATES_MANY] = { "states-many", E,
    "sequence '%1' has more than 16383 states" },
[DIAG_EVENT_MISSING] = { "event-missing", E,
    "the state does not say which event it waits for; write for example "
    "'event any;'" },
[DIAG_STATUS_MISSING] = { "status-missing", E,
    "the state does not say what became of the event; write 'status "
    "success;', 'status failure;' or 'status any;'" },
[DIAG_SCOPE_UNKNOWN] = { "scope-unknown", E,
    "'%1' is not a scope" },
[DIAG_SCOPE_THREAD] = { "scope-thread", W,
    "audit records carry no thread; the scope is the process" },
[DIAG_OPTION_AGAIN] = { "option-again", W,
    "'%1' is given again; the last one counts" },
[DIAG_ANY_STAYS] = { "any-stays", W,
    "'%1 any' was given as well and stays in force" },
[DIAG_LABEL_AGAIN] = { "label-again", W,
    "another sequence is called '%1'; both run, and their alerts look alike" },
[DIAG_STATE_NEVER] = { "state-never", W,
    "no record can match this state" },
[DIAG_TIMEOUT_MISSING] = { "timeout-missing", W,
    "sequence '%1' has several states and no timeout: it waits for ever; "
    "write 'timeout none;' if it shall" },
[DIAG_PROB_LARGE] = { "prob-large", W,
    "a probability above 100 per cent counts as 100" },
[DIAG_OLD_SCOPE] = { "old-scope", W,
    "'scope' has the meaning now that its manual promised; bsmtrace 3.1 "
    "disregarded or garbled it, so alerts may differ" },
[DIAG_OLD_SERIAL] = { "old-serial", W,
    "'serial' is shown in alerts now; bsmtrace 3.1 read and dropped it" },
[DIAG_OLD_WINDOW] = { "old-window", W,
    "the timeout is lengthened by a part of the window that the records "
    "decide, not chance; bsmtrace 3.1 drew it, so alerts may differ" },

[DIAG_FIELD_PLACE] = { "field-place", E,
    "'%1' cannot be used with '%2'" },
[DIAG_COMPARE_TYPES] = { "compare-types", E,
    "%1 cannot be compared with %2" },
[DIAG_COMPARE_OPERATOR] = { "compare-operator", E,
    "only '==' and '!=' can stand here; 'in' is for a path and a variable" },
[DIAG_PREDICATE_NEVER] = { "predicate-never", W,
    "this can never hold" },
[DIAG_WHERE_FIELD] = { "where-field", E,
    "'%1' cannot be told from one record alone" },
[DIAG_BLOCK_EMPTY] = { "block-empty", E,
    "the block asks for nothing; it needs one condition at least" },
[DIAG_VARIABLE_UNBOUND] = { "variable-unbound", E,
    "no earlier state binds '%1'" },
[DIAG_VARIABLE_AGAIN] = { "variable-again", E,
    "'%1' is bound already" },
[DIAG_VARIABLE_MANY] = { "variable-many", E,
    "the sequence binds more than 8 variables" },
[DIAG_VARIABLE_PLACE] = { "variable-place", E,
    "no variable can stand here: %1" },
[DIAG_VARIABLE_UNUSED] = { "variable-unused", W,
    "'%1' is bound and never used" },
[DIAG_STATE_FIRST] = { "state-first", E,
    "'%1' cannot stand in the first state: there is none before it" },
[DIAG_ABSENT_WITH] = { "absent-with", E,
    "'%1' cannot stand beside 'absent'" },
[DIAG_ABSENT_LONG] = { "absent-long", E,
    "the absence must be shorter than the timeout of the sequence" },
[DIAG_ORDER_TIMEOUT] = { "order-timeout", E,
    "'order any' needs a timeout" },
[DIAG_ORDER_WITH] = { "order-with", E,
    "'%1' cannot stand beside 'order any'" },
[DIAG_TIME_ZERO] = { "time-zero", E,
    "'%1' needs more than 0 seconds" },
[DIAG_KEY_AGAIN] = { "key-again", E,
    "'%1' is part of the key already" },
[DIAG_DISTINCT_MANY] = { "distinct-many", E,
    "at most %1 different values are possible here" },
[DIAG_ALERT_UNKNOWN] = { "alert-unknown", E,
    "there is no sequence '%1' whose alert could be waited for" },
[DIAG_ALERT_LOOP] = { "alert-loop", E,
    "the sequence waits for its own alert: %1" },
[DIAG_ALERT_PLACE] = { "alert-place", E,
    "alerts can be waited for only in a state that asks for no other event, "
    "and without 'not'" },
[DIAG_ALERT_MANY] = { "alert-many", E,
    "the state waits for the alerts of more than 1000 sequences" },
[DIAG_PATH_CACHE_UNKNOWN] = { "path-cache-unknown", E,
    "'%1' is not a way to remember paths" },
[DIAG_TIMEZONE_UNKNOWN] = { "timezone-unknown", E,
    "'%1' is not a time zone: %2" },

[DIAG_TRIGGER_VARIABLE] = { "trigger-variable", E,
    "'%1' is not a variable of triggers" },
[DIAG_TRIGGER_DOLLAR] = { "trigger-dollar", E,
    "a '$' in a trigger must be followed by the name of a variable" },
[DIAG_TRIGGER_LONG] = { "trigger-long", E,
    "the trigger has more than 1023 words" },
[DIAG_TRIGGER_BLANK] = { "trigger-blank", W,
    "the trigger is made of blanks only and runs nothing" },
[DIAG_TRIGGER_QUOTE] = { "trigger-quote", W,
    "a quote in the trigger is not closed and stands for itself" },
[DIAG_TRIGGER_PROGRAM] = { "trigger-program", W,
    "the program '%1' of the trigger cannot be run: %2" },
[DIAG_LOGFILE_NAME] = { "logfile-name", E,
    "'%1' cannot be the name of a log file: %2" },
[DIAG_CHANNEL_TYPE] = { "channel-type", E,
    "'%1' is not a type of log channel" },
[DIAG_CHANNEL_UNKNOWN] = { "channel-unknown", E,
    "no log channel '%1' is defined above" },
[DIAG_CHANNEL_PRIORITY] = { "channel-priority", E,
    "only a channel of type 'syslog' has a priority" },
[DIAG_PRIORITY_UNKNOWN] = { "priority-unknown", E,
    "'%1' is not a priority of syslog; write for example 'auth.notice'" },
[DIAG_CHANNEL_DIRECTORY] = { "channel-directory", E,
    "'%1' cannot hold evidence: %2" },
[DIAG_CHANNEL_NOWHERE] = { "channel-nowhere", W,
    "channel '%1' has no directory and can keep nothing" },
[DIAG_CHANNEL_MANY] = { "channel-many", E,
    "more than 256 log channels are defined" },
[DIAG_TEST_RULE] = { "test-rule", E,
    "no sequence is called '%1'" },
[DIAG_RECORD] = { "record", E,
    "'%1': %2" },

[DIAG_NOTE_FIRST] = { "note-first", N,
    "the other one is here" },
[DIAG_NOTE_OPENED] = { "note-opened", N,
    "%1 begins here" },
[DIAG_NOTE_BRACE] = { "note-brace", N,
    "a brace does not end a word: leave a blank before and behind it" },
[DIAG_NOTE_QUOTE] = { "note-quote", N,
    "'%1' is a word of the language; in quotes it is a name" },
[DIAG_NOTE_BLANK] = { "note-blank", N,
    "an operator is a word: leave a blank before and behind it" },
[DIAG_NOTE_WRITE] = { "note-write", N,
    "write for example '%1'" },
#undef E
#undef W
#undef N
};

struct source {
	char		*name;
	struct buf	 text;
};

#define PHASES	2

struct entry {
	struct span	 at;
	enum diag	 id;
	enum diag_phase	 phase;
	size_t		 order;		/* in which they were reported */
	struct buf	 text;
};

struct diags {
	struct source	*sources;
	size_t		 nsources, sources_cap;
	struct entry	*entries;
	size_t		 n, cap;
	enum diag_phase	 phase;
	size_t		 said[PHASES][2]; /* errors, warnings */
	size_t		 counts[DIAGS];
	bool		 dropped;	/* the last one; its notes too */
};

struct diags *
diags_new(void)
{
	return xcalloc(1, sizeof(struct diags));
}

void
diags_free(struct diags *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->nsources; i++) {
		free(d->sources[i].name);
		buf_fini(&d->sources[i].text);
	}
	for (size_t i = 0; i < d->n; i++)
		buf_fini(&d->entries[i].text);
	free(d->sources);
	free(d->entries);
	free(d);
}

uint32_t
diags_file(struct diags *d, const char *name, struct buf *text)
{
	d->sources = mem_grow(d->sources, &d->sources_cap, d->nsources + 1,
	    sizeof(d->sources[0]));
	d->sources[d->nsources] = (struct source){
		.name = xstrdup(name),
		.text = *text,
	};
	*text = (struct buf){ 0 };
	return (uint32_t)d->nsources++;
}

const char *
diags_name(const struct diags *d, uint32_t file)
{
	return d->sources[file].name;
}

struct slice
diags_text(const struct diags *d, uint32_t file)
{
	return buf_bytes(&d->sources[file].text);
}

/* A name in a message: escaped, and cut where it gets too long. */
static void
put_text(struct buf *out, struct slice s)
{
	if (s.n <= TEXT_SHOWN) {
		buf_escape(out, s);
		return;
	}
	s.n = TEXT_SHOWN;
	while (s.n > 0 && (s.p[s.n] & 0xc0) == 0x80)
		s.n--;				/* not inside a character */
	buf_escape(out, s);
	buf_str(out, "...");
}

static void
put_message(struct buf *out, enum diag id, struct slice one, struct slice two)
{
	for (const char *p = catalogue[id].text; *p != '\0'; p++)
		if (*p != '%')
			buf_char(out, *p);
		else
			put_text(out, *++p == '1' ? one : two);
}

/* The line of a place, and how far into it the place is. */
static struct slice
line_of(struct slice text, struct span at, size_t *before)
{
	size_t	 begin = at.off < text.n ? at.off : text.n;
	size_t	 end = begin;

	*before = begin;
	while (begin > 0 && text.p[begin - 1] != '\n')
		begin--;
	*before -= begin;
	while (end < text.n && text.p[end] != '\n' &&
	    end - begin - *before <= LINE_SHOWN)
		end++;
	return (struct slice){ text.p + begin, end - begin };
}

/*
 * One character of a source line, and under it in MARKS as many bytes MARK as
 * it takes columns; a tab is a tab in both. Returns its length.
 */
static size_t
put_source_char(struct buf *out, struct buf *marks, struct slice s, char mark)
{
	const size_t	 had = out->n;
	uint32_t	 code;
	size_t		 n;

	if (s.p[0] == '\t') {
		buf_char(out, '\t');
		buf_char(marks, mark == ' ' ? '\t' : mark);
		return 1;
	}
	if ((n = utf8_decode(s, &code)) == 0)
		n = 1;
	if (s.p[0] == '\\')
		buf_char(out, '\\');
	else
		buf_escape(out, (struct slice){ s.p, n });
	buf_char(marks, mark);
	if (n > 1 && out->n - had == n)		/* shown: one column, often */
		return n;
	for (size_t i = had + 1; i < out->n; i++)
		buf_char(marks, mark == '^' ? '~' : mark);
	return n;
}

/* The source line and the caret under it; nothing for an empty line. */
static void
put_excerpt(struct buf *out, struct slice text, struct span at)
{
	struct buf	 marks = { 0 };
	size_t		 caret, from = 0, i;
	struct slice	 line = line_of(text, at, &caret);

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n == 0)
		return;
	if (line.n > LINE_SHOWN && caret > LINE_BEFORE)
		from = caret - LINE_BEFORE;
	while (from > 0 && from < caret && (line.p[from] & 0xc0) == 0x80)
		from++;
	buf_str(out, "    ");
	buf_str(&marks, "    ");
	if (from > 0) {
		buf_str(out, "...");
		buf_str(&marks, "   ");
	}
	for (i = from; i < line.n && i < from + LINE_SHOWN;)
		i += put_source_char(out, &marks,
		    (struct slice){ line.p + i, line.n - i },
		    i < caret ? ' ' : i == caret ? '^' :
		    i < caret + at.n ? '~' : '\0');
	if (i < line.n)
		buf_str(out, "...");
	buf_char(out, '\n');
	if (caret >= i)
		buf_char(&marks, '^');
	while (marks.n > 0 && marks.p[marks.n - 1] == '\0')
		marks.n--;
	buf_slice(out, buf_bytes(&marks));
	buf_char(out, '\n');
	buf_fini(&marks);
}

/* Columns are bytes from 1: a tab is one, as editors jump. */
static void
put_place(const struct diags *d, struct buf *out, struct span at)
{
	size_t	before;

	buf_escape(out, slice_str(diags_name(d, at.file)));
	buf_char(out, ':');
	if (at.line == 0)
		return;
	(void)line_of(diags_text(d, at.file), at, &before);
	buf_dec(out, at.line);
	buf_char(out, ':');
	buf_dec(out, before + 1);
	buf_char(out, ':');
}

struct report {
	enum diag	 id;
	struct span	 at;
	struct slice	 one, two;
	struct slice	 meant;		/* or empty */
	const struct name *known;	/* or NULL */
	bool		 brief;		/* do not show the line */
};

/* All that could have been meant, when these are few. */
static void
put_known(struct buf *out, const struct name *names)
{
	size_t	 n = 0;

	while (names != NULL && names[n].name != NULL)
		n++;
	if (n < KNOWN_MIN || n > KNOWN_MAX)
		return;
	buf_str(out, "; there are ");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s'%s'", i == 0 ? "" : i == n - 1 ?
		    " and " : ", ", names[i].name);
}

static void
put_report(const struct diags *d, struct buf *out, const struct report *r)
{
	static const char *const words[] = {
		" error: ", " warning: ", " note: "
	};

	put_place(d, out, r->at);
	buf_str(out, words[catalogue[r->id].severity]);
	put_message(out, r->id, r->one, r->two);
	if (r->meant.n > 0) {
		buf_str(out, "; did you mean '");
		put_text(out, r->meant);
		buf_str(out, "'?");
	} else
		put_known(out, r->known);
	buf_char(out, '\n');
	if (r->at.line > 0 && !r->brief)
		put_excerpt(out, diags_text(d, r->at.file), r->at);
}

static void
say(struct diags *d, const struct report *r)
{
	const enum severity	 severity = catalogue[r->id].severity;
	struct entry		*e;

	assert(severity != DIAG_IS_NOTE);
	d->counts[r->id]++;
	d->dropped = d->said[d->phase][severity]++ >= DIAGS_MAX + DIAGS_SPARE;
	if (d->dropped)
		return;
	d->entries = mem_grow(d->entries, &d->cap, d->n + 1,
	    sizeof(d->entries[0]));
	e = &d->entries[d->n];
	*e = (struct entry){ .at = r->at, .id = r->id, .phase = d->phase,
	    .order = d->n };
	d->n++;
	put_report(d, &e->text, r);
}

void
diag_error(struct diags *d, enum diag id, struct span at, struct slice one,
    struct slice two)
{
	assert(catalogue[id].severity == DIAG_IS_ERROR);
	say(d, &(struct report){ .id = id, .at = at, .one = one, .two = two });
}

void
diag_warn(struct diags *d, enum diag id, struct span at, struct slice one,
    struct slice two)
{
	assert(catalogue[id].severity == DIAG_IS_WARNING);
	say(d, &(struct report){ .id = id, .at = at, .one = one, .two = two });
}

void
diag_note(struct diags *d, enum diag id, struct span at, struct slice one)
{
	struct entry	*e;

	assert(catalogue[id].severity == DIAG_IS_NOTE);
	d->counts[id]++;
	if (d->dropped || d->n == 0)
		return;
	e = &d->entries[d->n - 1];
	put_report(d, &e->text, &(struct report){
		.id = id, .at = at, .one = one,
		.brief = e->at.file == at.file && e->at.off == at.off,
	});
}

void
diag_unknown_near(struct diags *d, enum diag id, struct span at,
    const struct nearest *near)
{
	assert(catalogue[id].severity == DIAG_IS_ERROR);
	say(d, &(struct report){
		.id = id, .at = at, .one = near->word, .meant = near->best
	});
}

void
diag_unknown(struct diags *d, enum diag id, struct span at, struct slice word,
    const struct name *names)
{
	struct nearest	near;

	nearest_init(&near, word);
	for (const struct name *n = names; n != NULL && n->name != NULL; n++)
		nearest_try(&near, slice_str(n->name));
	say(d, &(struct report){
		.id = id, .at = at, .one = near.word, .meant = near.best,
		.known = names
	});
}

bool
diags_wants(const struct diags *d)
{
	return d->said[d->phase][DIAG_IS_ERROR] < DIAGS_MAX;
}

void
diags_phase(struct diags *d, enum diag_phase phase)
{
	d->phase = phase;
}

void
diags_withdraw(struct diags *d, enum diag id)
{
	size_t	kept = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->entries[i].id == id)
			buf_fini(&d->entries[i].text);
		else
			d->entries[kept++] = d->entries[i];
	d->n = kept;
	d->said[DIAGS_CHECKING][catalogue[id].severity] -= d->counts[id];
	d->counts[id] = 0;
}

static size_t
said(const struct diags *d, enum severity severity)
{
	return d->said[DIAGS_READING][severity] +
	    d->said[DIAGS_CHECKING][severity];
}

size_t
diags_errors(const struct diags *d)
{
	return said(d, DIAG_IS_ERROR);
}

size_t
diags_warnings(const struct diags *d)
{
	return said(d, DIAG_IS_WARNING);
}

size_t
diags_count(const struct diags *d, enum diag id)
{
	return d->counts[id];
}

static int
entry_compare(const void *a, const void *b)
{
	const struct entry *const	*x = a, *const *y = b;
	const struct span		*s = &(*x)->at, *t = &(*y)->at;

	if (s->file != t->file)
		return s->file < t->file ? -1 : 1;
	if (s->off != t->off)
		return s->off < t->off ? -1 : 1;
	if ((*x)->phase != (*y)->phase)
		return (*x)->phase < (*y)->phase ? -1 : 1;
	return (*x)->order < (*y)->order ? -1 : 1;
}

static void
put_more(struct buf *out, size_t n, const char *what)
{
	if (n <= DIAGS_MAX)
		return;
	buf_dec(out, n - DIAGS_MAX);
	buf_str(out, " more ");
	buf_str(out, what);
	buf_str(out, n == DIAGS_MAX + 1 ? " is not shown\n" :
	    "s are not shown\n");
}

/* The first of each severity, phase by phase. Returns how many. */
static size_t
pick(const struct diags *d, const struct entry **picked)
{
	size_t	n = 0, shown[2] = { 0 };

	for (enum diag_phase phase = 0; phase < PHASES; phase++)
		for (size_t i = 0; i < d->n; i++) {
			const struct entry	*e = &d->entries[i];

			if (e->phase == phase &&
			    shown[catalogue[e->id].severity]++ < DIAGS_MAX)
				picked[n++] = e;
		}
	return n;
}

void
diags_print(const struct diags *d, struct buf *out)
{
	const struct entry	**sorted;
	size_t			  n;

	if (d->n == 0)
		return;
	sorted = xcalloc(d->n, sizeof(sorted[0]));
	n = pick(d, sorted);
	qsort(sorted, n, sizeof(sorted[0]), entry_compare);
	for (size_t i = 0; i < n; i++)
		buf_slice(out, buf_bytes(&sorted[i]->text));
	free(sorted);
	put_more(out, diags_errors(d), "error");
	put_more(out, diags_warnings(d), "warning");
}

const char *
diag_id(enum diag id)
{
	return catalogue[id].id;
}

enum severity
diag_severity(enum diag id)
{
	return catalogue[id].severity;
}

const char *
diag_text(enum diag id)
{
	return catalogue[id].text;
}
