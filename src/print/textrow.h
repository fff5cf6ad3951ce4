/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * textrow.h - what texthop.c does with a token: a row of hops, made once.
 *
 * A hop moves what stands before a value, then reads the value from where it
 * stands and writes it. What is moved is a block of which only the beginning
 * counts: names, delimiters, the markup of XML, constant words of the value.
 *
 * Fields that neighbouring records have in common are a run, whose text is
 * remembered (memo.h). Around its hops stand two more. At H_RUN its text is
 * copied if it is known, and the row goes on behind H_KEEP. If it is not, the
 * hops between them write it, and it is kept there.
 */
#ifndef PRINT_TEXTROW_H
#define PRINT_TEXTROW_H

#include "print/textform.h"

/* What a hop reads, and how it is written. */
enum way {
	H_DEC8, H_DEC16, H_DEC32, H_DEC64,
	H_SIGNED32, H_SIGNED64,
	H_UID, H_GID,			/* 32 bits */
	H_HEX32, H_HEX64,
	H_ERROR,			/* 8 bits */
	H_TIME32, H_TIME64,
	H_STR, H_XML_STR, H_STRINGS, H_XML_STRINGS,
	H_ADDRESS, H_IPV4,
	H_NUMBER, H_VALUE,		/* all others */
	H_HIDDEN,
	H_RUN, H_KEEP,
	H_END
};

/* Where a token may stand. */
enum place { ANYWHERE, FIRST, LAST };

struct hop {
	uint8_t		 before[BLOCK];
	uint8_t		 before_n;
	uint8_t		 way;
	uint8_t		 bytes;		/* read, if always as many */
	uint8_t		 hops;		/* of a run, H_KEEP among them */
	uint8_t		 run;		/* which run, from 1 */
	/* In the first hop of a row: */
	uint8_t		 size;		/* of the token; 0: asked for */
	uint8_t		 place;
	const struct step *step;
};

/* Make the row of a layout, if its tokens need not be decoded. */
void	 textrow_make(struct text *, const struct layout *,
	    const struct plan *);

#endif
