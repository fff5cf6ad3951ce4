/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.c - a text for each status of status.h.
 *
 * The switch has no default, so that the compiler names the code whose text
 * was forgotten.
 */
#include "bsm/status.h"

const char *
bsm_strstatus(int status)
{
	if (status >= 0)
		return "no error";
	switch ((enum bsm_status)status) {
	case BSM_ETRUNC:
		return "the token passes the end of its record";
	case BSM_EUNKNOWN:
		return "no token has this id";
	case BSM_EADDR:
		return "an address is neither of 4 nor of 16 bytes";
	case BSM_EUNIT:
		return "arbitrary data of an unknown unit";
	case BSM_ENUL:
		return "a string does not end with a NUL";
	case BSM_ELEFT:
		return "bytes are left over behind the last token";
	case BSM_EGAP:
		return "bytes of the stream were given up";
	case BSM_EBUSY:
		return "the piece before is not used up";
	case BSM_ERANGE:
		return "a value does not fit its form in the trail";
	case BSM_EFIELD:
		return "the token has no such field";
	}
	return "unknown status";
}
