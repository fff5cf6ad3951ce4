/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * course.h - which tokens follow each other in the records of an event.
 *
 * Records of one event and one outcome are nearly always made of the same
 * kinds of token in the same order. So whoever goes through many of them keeps
 * what the last ones were made of, and has only to check that the next one goes
 * the same way. What is found is always what record_index() finds.
 */
#ifndef BSM_COURSE_H
#define BSM_COURSE_H

#include "bsm/record.h"

#define COURSES		512u		/* of each outcome, by event */
#define COURSE_STRIDES	3u
#define COURSE_MARKS	3u

/*
 * First strings, perhaps; then tokens up to the last one of uncertain size;
 * then the rest, which stand at fixed distances from each other and are marked.
 */
struct course {
	uint32_t	 key;		/* the event and one; 0: none */
	uint32_t	 rest;		/* bytes of the marked tokens */
	uint8_t		 pause;		/* records that nothing is learnt of */
	bool		 strings;
	struct course_stride {
		uint8_t	 id;
		uint8_t	 fixed;		/* bytes, the last two of which say */
		int8_t	 mask;		/* how many more follow; or 0 */
		uint8_t	 kind;		/* enum record_kind */
	}		 strides[COURSE_STRIDES];
	struct course_mark {
		uint8_t	 id, kind;
		uint8_t	 at;		/* from the first of them */
	}		 marks[COURSE_MARKS];
};

/* All zero at first. */
struct courses {
	struct course	 v[2 * COURSES];
};

/* What record_index() does. */
void		course_index(struct courses *, struct record *);

#endif
