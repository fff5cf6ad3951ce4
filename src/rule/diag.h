/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diag.h - what is wrong with a rule file, said so that it can be mended.
 *
 * Messages come from a closed catalogue. They are collected, sorted by place
 * and printed with the line they speak of; nothing is written here. The text of
 * every file that was read is kept, so that a place can be shown as long as the
 * diagnostics live.
 */
#ifndef RULE_DIAG_H
#define RULE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "base/slice.h"

/* Kept of each severity; more are counted. The first hundred tell enough. */
#define DIAGS_MAX 100

/* Where something stands in a file. */
struct span {
	uint32_t	 file;		/* of diags_file() */
	uint32_t	 line;		/* from 1; 0: the file as a whole */
	uint32_t	 off, n;	/* bytes from the start of the file */
};

enum diag {
	/* files and words */
	DIAG_FILE_UNREADABLE, DIAG_FILE_LARGE, DIAG_INCLUDE_UNREADABLE,
	DIAG_INCLUDE_LOOP, DIAG_INCLUDE_DEEP, DIAG_INCLUDE_MANY,
	DIAG_INCLUDE_AGAIN,
	DIAG_STRING_OPEN, DIAG_STRING_BYTE, DIAG_LINE_ENDS, DIAG_BYTE_ORDER,
	/* the grammar */
	DIAG_EXPECTED, DIAG_EXPECTED_END, DIAG_STATEMENT_UNKNOWN,
	DIAG_OPTION_UNKNOWN, DIAG_STATE_WORD_UNKNOWN,
	DIAG_PREDICATE_UNKNOWN, DIAG_CHANNEL_WORD_UNKNOWN,
	DIAG_TEST_WORD_UNKNOWN, DIAG_UNIT_UNKNOWN, DIAG_STATUS_UNKNOWN,
	DIAG_ENABLED_UNKNOWN, DIAG_TIME_LONG,
	DIAG_FIELD_UNKNOWN, DIAG_SETTING_UNKNOWN, DIAG_NESTED_DEEP,
	/* sets */
	DIAG_TYPE_UNKNOWN, DIAG_SET_UNKNOWN, DIAG_SET_MISMATCH, DIAG_SET_LARGE,
	DIAG_SET_AGAIN, DIAG_SET_UNUSED, DIAG_TYPE_WRONG, DIAG_USER_UNKNOWN,
	DIAG_GROUP_UNKNOWN, DIAG_EVENT_UNKNOWN, DIAG_CLASS_UNKNOWN,
	DIAG_NUMBER_EMPTY, DIAG_NUMBER_LARGE, DIAG_EVENT_LARGE,
	DIAG_PATTERN_BAD, DIAG_PATTERN_SLOW, DIAG_GLOB_LONG, DIAG_PATH_INSIDE,
	DIAG_ERRNO_UNKNOWN, DIAG_ADDRESS_BAD, DIAG_ADDRESS_BITS,
	DIAG_NUMBER_BAD, DIAG_RANGE_EMPTY, DIAG_CLOCK_BAD, DIAG_DAY_UNKNOWN,
	/* sequences and states */
	DIAG_SUBJECT_MISSING, DIAG_STATES_MISSING, DIAG_STATES_MANY,
	DIAG_EVENT_MISSING,
	DIAG_STATUS_MISSING, DIAG_SCOPE_UNKNOWN, DIAG_SCOPE_THREAD,
	DIAG_OPTION_AGAIN, DIAG_ANY_STAYS, DIAG_LABEL_AGAIN, DIAG_STATE_NEVER,
	DIAG_TIMEOUT_MISSING, DIAG_PROB_LARGE, DIAG_OLD_SCOPE, DIAG_OLD_SERIAL,
	DIAG_OLD_WINDOW,
	/* predicates, variables, counting and time */
	DIAG_FIELD_PLACE, DIAG_COMPARE_TYPES, DIAG_COMPARE_OPERATOR,
	DIAG_PREDICATE_NEVER, DIAG_WHERE_FIELD, DIAG_BLOCK_EMPTY,
	DIAG_VARIABLE_UNBOUND, DIAG_VARIABLE_AGAIN, DIAG_VARIABLE_MANY,
	DIAG_VARIABLE_PLACE, DIAG_VARIABLE_UNUSED, DIAG_STATE_FIRST,
	DIAG_ABSENT_WITH, DIAG_ABSENT_LONG, DIAG_ORDER_TIMEOUT,
	DIAG_ORDER_WITH, DIAG_TIME_ZERO, DIAG_KEY_AGAIN, DIAG_DISTINCT_MANY,
	DIAG_ALERT_UNKNOWN, DIAG_ALERT_LOOP, DIAG_ALERT_PLACE, DIAG_ALERT_MANY,
	DIAG_PATH_CACHE_UNKNOWN, DIAG_TIMEZONE_UNKNOWN,
	/* triggers, log files, channels, tests */
	DIAG_TRIGGER_VARIABLE, DIAG_TRIGGER_DOLLAR, DIAG_TRIGGER_LONG,
	DIAG_TRIGGER_BLANK, DIAG_TRIGGER_QUOTE, DIAG_TRIGGER_PROGRAM,
	DIAG_LOGFILE_NAME, DIAG_CHANNEL_TYPE, DIAG_CHANNEL_UNKNOWN,
	DIAG_CHANNEL_PRIORITY, DIAG_PRIORITY_UNKNOWN, DIAG_CHANNEL_DIRECTORY,
	DIAG_CHANNEL_NOWHERE, DIAG_CHANNEL_MANY, DIAG_TEST_RULE, DIAG_RECORD,
	/* what is added to the message before */
	DIAG_NOTE_FIRST, DIAG_NOTE_OPENED, DIAG_NOTE_BRACE, DIAG_NOTE_QUOTE,
	DIAG_NOTE_BLANK, DIAG_NOTE_WRITE,
	DIAGS
};

enum severity { DIAG_IS_ERROR, DIAG_IS_WARNING, DIAG_IS_NOTE };

struct diags;

struct diags	*diags_new(void);
void		 diags_free(struct diags *);	/* NULL is allowed */

/*
 * Make a file known. The bytes of TEXT are taken over and TEXT is left empty;
 * it must be shorter than 4 GB. Returns the number for struct span.
 */
uint32_t	 diags_file(struct diags *, const char *name, struct buf *text);
const char	*diags_name(const struct diags *, uint32_t file);
struct slice	 diags_text(const struct diags *, uint32_t file);

/*
 * Report. The catalogue's text has room for up to two texts of any bytes, which
 * are copied; DIAG_NOTHING where it has none. The three functions must agree
 * with the severity in the catalogue. A note follows the last error or warning;
 * the line is not shown once more when it is about the same place.
 */
#define DIAG_NOTHING ((struct slice){ 0 })
void		 diag_error(struct diags *, enum diag, struct span,
		    struct slice one, struct slice two);
void		 diag_warn(struct diags *, enum diag, struct span,
		    struct slice one, struct slice two);
void		 diag_note(struct diags *, enum diag, struct span,
		    struct slice one);

/*
 * An error about a word that is in no table: the first text of the message is
 * the word, and "did you mean" is added when a name is near, or else all names
 * when these are few. NAMES may be NULL.
 */
void		 diag_unknown(struct diags *, enum diag, struct span,
		    struct slice word, const struct name *);
void		 diag_unknown_near(struct diags *, enum diag, struct span,
		    const struct nearest *);
/* Would another error be kept? If not, a near name need not be looked for. */
bool		 diags_wants(const struct diags *);

/*
 * Statements are checked while others are yet to be read. Whatever is said
 * while they are read comes before what is said while they are checked, when
 * there is more than is kept.
 */
enum diag_phase { DIAGS_READING, DIAGS_CHECKING };
void		 diags_phase(struct diags *, enum diag_phase);

/*
 * As if nothing of this kind had been said while statements were checked. Of
 * all that may be withdrawn there are at most DIAGS_SPARE.
 */
#define DIAGS_SPARE 4
void		 diags_withdraw(struct diags *, enum diag);

size_t		 diags_errors(const struct diags *);
size_t		 diags_warnings(const struct diags *);
size_t		 diags_count(const struct diags *, enum diag);

/* All that was kept as text, in the order of files, lines and columns. */
void		 diags_print(const struct diags *, struct buf *);

/* The catalogue: its word for the manual, and what it says. */
const char	*diag_id(enum diag);
enum severity	 diag_severity(enum diag);
const char	*diag_text(enum diag);

#endif
