/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.h - what a record may have several of: one walk finds them all.
 *
 * The systems spell some of it in different tokens (sockets, arguments of 32
 * and of 64 bits, the command of a Solaris profile shell); here it is one.
 */
#ifndef BSM_PARTS_H
#define BSM_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "bsm/names.h"
#include "bsm/record.h"

enum part_kind {
	PART_PATH,		/* up to a NUL */
	PART_TEXT,		/* up to a NUL */
	PART_ARGS,		/* exec arguments: of several lists the last */
	PART_ENV,		/* exec environment */
	PART_ARGUMENT,		/* numbered arguments: position, text, value */
	PART_ADDRESS,		/* of sockets, 4 or 16 bytes */
	PART_PORT,		/* of sockets */
	PART_KINDS
};

struct part {
	uint64_t	 number;	/* value of an argument; a port */
	uint32_t	 at, n;		/* its bytes in the record */
	uint8_t		 position;	/* of an argument */
};

/* In the order of the record. Starts as zeros; memory is used again. */
struct parts {
	struct {
		struct part	*p;
		size_t		 n, cap;
	}		 of[PART_KINDS];
};

#define PART_BIT(kind)	(1u << (kind))

void	parts_fini(struct parts *);

/*
 * The parts of these kinds (PART_BIT) of an indexed record; all others become
 * none. The dialect is asked for ports that macOS writes in the wrong order of
 * bytes. Takes memory in proportion to the largest record so far: 24 bytes for
 * each part.
 */
void	parts_read(struct parts *, const struct record *, enum dialect,
	    unsigned kinds);

static inline struct slice
part_bytes(const struct record *r, const struct part *p)
{
	return (struct slice){ r->bytes.p + p->at, p->n };
}

#endif
