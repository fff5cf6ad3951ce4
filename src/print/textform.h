/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * textform.h - how single values look as text: what text.c, which walks tokens
 * that were decoded, and texthop.c, which does not decode, have in common.
 */
#ifndef PRINT_TEXTFORM_H
#define PRINT_TEXTFORM_H

#include <time.h>

#include "base/buf.h"
#include "bsm/token.h"
#include "print/memo.h"
#include "print/spell.h"
#include "print/text.h"

#define ACCOUNTS 1024u		/* remembered users, and as many groups */
#define NAME_MAX_BYTES 59u	/* of a user or group, with its NUL */
#define OUTCOME_MAX 63u		/* bytes of an error; the table has shorter */
#define NAME_USUAL 27u		/* of these, mostly not more */
#define CTIME_BYTES 24u		/* Thu Oct 14 11:20:59 2021 */
#define BLOCK 32u		/* bytes that are moved at once */
#define HOPS_MAX 16u		/* steps of a token, and an end */
#define DELIMITER_MAX 8u	/* a longer one is never moved at once */
#define PREFIX_MAX 64u		/* bytes of XML between two values */

enum form {
	F_HIDDEN,		/* not printed */
	F_DEC, F_SIGNED64, F_SIGNED32, F_OCT, F_HEX,
	F_PORT,			/* as hex, but zero is 0 */
	F_BYTE,			/* 0x and two digits */
	F_UID, F_GID, F_EVENT, F_SECONDS, F_MSEC, F_ERROR, F_EXIT, F_IPC,
	F_PRIVILEGE,		/* flag of a used privilege */
	F_STR, F_BLOB, F_HEXBYTES, F_ADDRESS, F_UUID, F_GIDS, F_STRINGS,
	F_DATA			/* how, unit, count and items at once */
};

struct step {
	enum form	 form;
	enum wire	 wire;
	const struct field *field;
	const char	*member;	/* XML: element of what a list holds */
};

/* XML: what stands before a value, or behind the last. */
struct prefix {
	uint8_t		 bytes[PREFIX_MAX];
	size_t		 n;
};

/* How to print the tokens of one layout. */
struct plan {
	bool		 foreign;	/* praudit does not decode it */
	bool		 in_order;	/* a step for each field, as they are */
	struct prefix	*prefixes;	/* XML: one for each step and an end */
	char		 name[BLOCK];	/* its label, or its id in raw style */
	size_t		 name_n;
	struct step	*steps, *end;
};

/*
 * A user or group that was asked for: its name, or its number as text. With 64
 * bytes it is a line of the cache.
 */
struct account {
	uint32_t	 id;
	uint8_t		 n;		/* bytes of name; 0: nobody yet */
	char		 name[NAME_MAX_BYTES];
};

/* An error as text, in a line of the cache. */
struct outcome {
	uint8_t		 n;		/* bytes of text; 0: not spelled yet */
	uint8_t		 text[OUTCOME_MAX];
};

struct text {
	struct text_style	 style;
	struct slice		 delimiter;
	uint8_t			 delimiter_block[DELIMITER_MAX];
	const struct names	*names;
	const struct accounts	*accounts;
	const struct layout	*layouts;
	struct plan		*plans;		/* one for each layout */
	struct step		*steps;
	struct prefix		*prefixes;
	const struct hop	*rows[256];	/* by id; NULL: decode it */
	struct hop		*hops, *hops_end;	/* of all rows */
	uint8_t			 runs;		/* how many there are in them */
	struct memo		 memo;		/* of runs */
	struct account		 users[ACCOUNTS], groups[ACCOUNTS];
	struct outcome		 outcomes[256];	/* by error */
	uint64_t		 time;		/* what `spelled` says */
	struct tm		 tm;
	uint8_t			 spelled[BLOCK];	/* CTIME_BYTES of it */
	bool			 time_known;
	uint8_t			 version;	/* of the record at hand */
	unsigned		 open;		/* XML: records not ended */
	struct buf		*out;
};

/* Fill the slot of a user or group that is not remembered. */
void	 textform_ask(struct text *, uint32_t id, struct account *, bool user);

/* Spell an error that nobody has asked for. */
void	 textform_outcome(struct text *, uint8_t error);

static inline const struct account *
textform_account(struct text *t, uint32_t id, bool user)
{
	struct account	*a = &(user ? t->users : t->groups)[id % ACCOUNTS];

	if (a->id != id || a->n == 0)
		textform_ask(t, id, a, user);
	return a;
}

/* Make t->spelled mean SECONDS since 1970; false when it cannot. */
bool	 textform_seconds(struct text *, uint64_t seconds);

/* Append to t->out. Lists put a delimiter before each member, the rest none. */
void	 textform_delimiter(struct text *);
void	 textform_number(struct text *, enum form, uint64_t);
void	 textform_value(struct text *, enum form, struct slice);
void	 textform_groups(struct text *, const struct step *, struct slice);
void	 textform_strings(struct text *, const struct step *,
	    const struct strings *);
void	 textform_string(struct text *, struct slice);
void	 textform_data(struct text *, const struct token *);
void	 textform_blob(struct buf *, struct slice);

#endif
