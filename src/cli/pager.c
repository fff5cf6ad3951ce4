/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.c - long output, a screen at a time.
 *
 * The pager is a child that reads what was our standard output. Until it ends
 * an interrupt from the keyboard is its own affair, and a reader who leaves it
 * early is noticed as a failed write.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/pager.h"

/* -F: what fits on one screen is not paged; -X leaves it there; -R: colours. */
#define USUAL_PAGER							\
	"if command -v less >/dev/null 2>&1; then exec less -FRX; "	\
	"else exec cat; fi"

static void
run_pager(const char *command, const int ends[2])
{
	if (dup2(ends[0], STDIN_FILENO) == -1)
		_exit(127);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

bool
pager_open(void)
{
	const char	*command = getenv("PAGER");
	int		 ends[2];
	pid_t		 child;

	if (command == NULL)
		command = USUAL_PAGER;
	if (command[0] == '\0' || strcmp(command, "cat") == 0 ||
	    pipe(ends) == -1)
		return false;
	if ((child = fork()) == 0)
		run_pager(command, ends);
	(void)close(ends[0]);
	if (child == -1 || dup2(ends[1], STDOUT_FILENO) == -1) {
		(void)close(ends[1]);	/* a pager that was made now ends */
		return false;
	}
	(void)close(ends[1]);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return true;
}

void
pager_close(void)
{
	(void)close(STDOUT_FILENO);
	while (wait(NULL) == -1 && errno == EINTR)
		;
}

bool
pager_colours(void)
{
	const char	*no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}
