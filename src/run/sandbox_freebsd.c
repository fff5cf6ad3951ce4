/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_freebsd.c - Capsicum, capsicum(4).
 *
 * The worker enters capability mode: no name of anything outside means anything
 * to it any more. The courier opens files by their paths, which that mode does
 * not know, so it is left to its user and the permissions of its directories,
 * and cannot start a program, since it may have no further process
 * (setrlimit(2), RLIMIT_NPROC).
 */
#include "run/sandbox.h"

#include <sys/types.h>
#include <sys/capsicum.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <errno.h>
#include <stddef.h>

static const char *
limit_courier(void)
{
	const struct rlimit	 none = { 0, 0 };

	if (setrlimit(RLIMIT_NPROC, &none) == -1)
		return "processes cannot be limited";
	return NULL;
}

const char *
sandbox_enter(enum sandbox_role role, const char *const *dirs, size_t ndirs)
{
	(void)dirs;
	(void)ndirs;
	if (role != SANDBOX_WORKER)
		return role == SANDBOX_COURIER ? limit_courier() : NULL;
	if (cap_enter() == -1)
		return errno == ENOSYS ? "this kernel has no Capsicum" :
		    "cap_enter(2) was refused";
	return NULL;
}

const char *
sandbox_kind(void)
{
	return "Capsicum";
}
