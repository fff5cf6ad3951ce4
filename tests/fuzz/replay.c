/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.c - run a fuzz harness over files instead of over luck.
 *
 * Linked in place of libFuzzer, so that every ordinary test run repeats what
 * the fuzzers have found worth keeping. Each operand is a file or a folder of
 * files; a folder that is not there has nothing to repeat. Each input is
 * handed over in a block of its exact length, for the sanitizers.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
fail(const char *what, const char *path)
{
	printf("not ok 1 - %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

static void
replay_file(const char *path, size_t size)
{
	FILE	*f = fopen(path, "rb");
	uint8_t	*p = malloc(size == 0 ? 1 : size);

	if (f == NULL || p == NULL || fread(p, 1, size, f) != size)
		fail("read", path);
	(void)fclose(f);		/* it was only read */
	(void)LLVMFuzzerTestOneInput(p, size);	/* always 0 */
	free(p);
}

/* Replay PATH or, one level deep, what lies in it. Returns the files. */
static size_t
replay(const char *path, int depth)
{
	struct stat	 st;
	DIR		*dir;
	size_t		 n = 0;

	if (stat(path, &st) == -1) {
		if (errno == ENOENT && depth == 0)
			return 0;
		fail("stat", path);
	}
	if (S_ISREG(st.st_mode)) {
		replay_file(path, (size_t)st.st_size);
		return 1;
	}
	if (!S_ISDIR(st.st_mode) || depth > 0)
		return 0;
	if ((dir = opendir(path)) == NULL)
		fail("open", path);
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		char	name[4096];

		if (d->d_name[0] == '.')
			continue;
		if (snprintf(name, sizeof(name), "%s/%s", path, d->d_name) <
		    (int)sizeof(name))
			n += replay(name, depth + 1);
	}
	(void)closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	size_t	n = 0;

	printf("1..1\n");
	fflush(stdout);
	for (int i = 1; i < argc; i++)
		n += replay(argv[i], 0);
	if (n == 0)
		printf("ok 1 # SKIP no corpus\n");
	else
		printf("ok 1 - %zu inputs\n", n);
	return 0;
}
