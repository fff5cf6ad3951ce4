/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_none.c - a system, or a build, that has nothing for it.
 *
 * What is left are the user and the root directory that the parent chose.
 */
#include "run/sandbox.h"

const char *
sandbox_enter(enum sandbox_role role, const char *const *dirs, size_t ndirs)
{
	(void)role;
	(void)dirs;
	(void)ndirs;
	return "this build has no way to limit a process";
}

const char *
sandbox_kind(void)
{
	return NULL;
}
