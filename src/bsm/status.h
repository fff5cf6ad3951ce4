/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.h - what the functions of src/bsm/ return when bytes are bad.
 *
 * 0 or a positive number is success. Each code has a text for messages.
 */
#ifndef BSM_STATUS_H
#define BSM_STATUS_H

enum bsm_status {
	BSM_ETRUNC	= -1,	/* a token or string passes the end */
	BSM_EUNKNOWN	= -2,	/* a token id nobody knows */
	BSM_EADDR	= -3,	/* an address type that is neither 4 nor 16 */
	BSM_EUNIT	= -4,	/* arbitrary data of an unknown unit */
	BSM_ENUL	= -5,	/* a list of strings without its last NUL */
	BSM_ELEFT	= -6,	/* bytes left over behind the last token */
	BSM_EGAP	= -7,	/* bytes of the stream were given up */
	BSM_EBUSY	= -8,	/* the piece before is not used up */
	BSM_ERANGE	= -9,	/* a value does not fit its wire form */
	BSM_EFIELD	= -10	/* a token has no such field */
};

/* "the token passes the end of its record": lower case, no full stop. */
const char	*bsm_strstatus(int status);

#endif
