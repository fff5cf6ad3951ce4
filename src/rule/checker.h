/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checker.h - what the files of the checker share; nobody else needs it.
 *
 * check.c walks the statements and has the options of a sequence, check_log.c
 * log files and channels, check_state.c what stands in a state or a block,
 * check_predicate.c predicates and variables, check_alert.c who waits for whose
 * alert.
 */
#ifndef RULE_CHECKER_H
#define RULE_CHECKER_H

#include "base/map.h"
#include "rule/check.h"
#include "rule/fields.h"

/* All sequences of a label, in the order of the files. */
struct same {
	const struct item	*item;
	struct same		*next;
};
struct label {
	struct item	*first, *last;
	struct same	 all, **tail;
	size_t		 n;
	size_t		 number;	/* of the label, from 0 */
};

/* A state that waits for alerts, and its event. */
struct await {
	const struct item	*item;
	const struct clause	*event;
};

struct checker {
	const struct rules_env	*env;
	struct tree		*tree;
	struct sets		*sets;
	struct arena		*keep;		/* of the program */
	struct diags		*diags;
	struct map		*labels;	/* to struct label */
	struct map		*channels;	/* to struct item, the newest */
	const struct item	**logfiles;	/* in force, by file */
	size_t			 nlogfiles;
	uint64_t		 classes[DIALECTS]; /* all that events have */
	uint8_t			 lengths[256];	/* of directories: check.c */
	uint32_t		 nsequences, nchannels;
	bool			 said_scope, said_serial, said_window;
	bool			 has_path_cache, has_timezone;
	bool			 waiting;	/* some test, for its rule */
	struct await		*awaits;
	size_t			 nawaits, awaits_cap;
	/* Of the sequence that is being checked: what counts of its options. */
	const struct item	*item;
	const struct clause	*subject, *scope, *by, *timeout, *order;
	uint64_t		 absent_s;	/* of the states so far */
	bool			 new_life;
	struct {
		const struct bind_node	*node;
		bool			 used;
	}			 bound[VARIABLES_MAX];	/* by states so far */
	size_t			 nbound;
	const char		*no_variables;	/* why not here; or NULL */
};

/* Which sets fit somewhere, and the words for it in a message. */
struct use {
	bool		(*fits)(enum set_type);
	enum set_type	 untyped;	/* what one is taken for; or TYPES */
	const char	*what;
};

void	checker_error(struct checker *, enum diag, struct span, struct slice);
void	checker_warn(struct checker *, enum diag, struct span, struct slice);
/* The bytes of a place. */
struct slice	 checker_written(const struct checker *, struct span);

/* Find the set that is meant, and see whether it fits. */
void	checker_set(struct checker *, struct ref_node *, const struct use *);
/* A number that may be too large; the same of a word, all digits. */
void	checker_number(struct checker *, uint64_t n, struct span,
	    uint64_t max);
void	checker_number_word(struct checker *, const struct lexeme *,
	    uint64_t max);
/* Words that are given again in a block. */
void	checker_repeats(struct checker *, const struct clause *block);

/* What `scope` adds to the key; or FIELDS. */
enum rule_field	 checker_scope(const struct checker *);

/* check_log.c */
void	checker_log(struct checker *, struct clause *);
void	checker_logfile(struct checker *, const struct item *);
void	checker_channel(struct checker *, struct item *);
/* Another log file is in force in a file; NULL: the default. */
void	checker_set_logfile(struct checker *, uint32_t file,
	    const struct item *);

/* check_state.c: states, cancel, except; and how they stand together. */
void	checker_states(struct checker *);
/* Does it live by partial matches, and not as it always did? */
bool	 checker_new_life(const struct item *);
/* What stands in a block of predicates, `event` and `status` too. */
void	checker_block(struct checker *, const struct clause *block);

/* check_predicate.c */
void	checker_predicate(struct checker *, struct clause *);
void	checker_bind(struct checker *, const struct bind_node *);
/* Variables that nobody looked at. */
void	checker_unused(struct checker *);
/* May the field be used with WORD? If not, it is reported. */
bool	checker_field(struct checker *, enum rule_field, struct span,
	    const char *word);
/* Fields of a key: each can be one, and none stands there twice. */
void	checker_fields(struct checker *, const struct field_node *, size_t n,
	    const char *word);

/* check_alert.c */
void	checker_await(struct checker *, const struct clause *event);
void	checker_alerts(struct checker *);

#endif
