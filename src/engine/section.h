/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * section.h - how each store of the engine is told as rows and made again.
 *
 * Each section is the business of one file, state_NAME.c, and a row of the
 * table in state.c. Nobody outside of this folder includes this file.
 */
#ifndef ENGINE_SECTION_H
#define ENGINE_SECTION_H

#include "base/buf.h"
#include "base/rows.h"
#include "bsm/cursor.h"
#include "engine/inside.h"
#include "engine/state.h"

/* A section may lean on what those above it have made. */
enum section_number {
	SECTION_HEAD = 1,	/* version, seed, rules, sources, counters */
	SECTION_CLOCKS,		/* timers of each source, and of all */
	SECTION_KEPT,		/* records */
	SECTION_STEPS,
	SECTION_SEQS,
	SECTION_ORIGINS,
	SECTION_PASTS,
	SECTION_TALLIES,
	SECTION_GROUPS,		/* with partial matches, values, deadlines */
	SECTION_COOLDOWNS,
	SECTION_NEWS,
	SECTION_IMAGES,
	SECTION_PROCS,
	SECTION_PATHS,
	SECTION_UIDS
};

/* An engine being made from rows. */
struct resuming {
	struct engine	*e;
	bool		 makes_sources;	/* of HEAD; else they are there */
	uint32_t	*rules;		/* by number then: now; or
					 * PROGRAM_NONE. Made by HEAD. */
	size_t		 nrules;
	void		*scratch[STATE_SECTIONS];	/* of each section */
	struct state_loaded told;
	struct buf	 why;
};

struct section {
	enum section_number	 number;
	const char		*name;		/* for messages */
	void	(*save)(const struct engine *, struct rows *);
	/*
	 * A row of it, in order; then once when all are there, even if there
	 * were none. False: resume_refuse() was called.
	 */
	bool	(*row)(struct resuming *, const struct row *);
	bool	(*end)(struct resuming *);	/* or NULL */
	/* Let go of what its scratch holds, at the end or before; or NULL. */
	void	(*drop)(void *scratch);
};

/* The scratch of a section, of so many bytes: zeros when it is new. */
void	*resume_scratch(struct resuming *, enum section_number, size_t);
void	resume_drop(struct resuming *, const struct section *);

/* Note what is wrong with a row; returns false. WHY: "a step of itself". */
bool	resume_refuse(struct resuming *, const char *why);

/* The rule of this number then; PROGRAM_NONE: gone, or never there. */
uint32_t resume_rule(const struct resuming *, uint64_t number);

extern const struct section	section_head, section_clocks, section_kept,
	    section_steps, section_seqs, section_origins, section_pasts,
	    section_tallies, section_groups, section_cooldowns, section_news,
	    section_images, section_procs, section_paths, section_uids;

#endif
