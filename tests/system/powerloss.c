/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powerloss.c - what a disk may have when the power goes.
 *
 *	powerloss begin MAP DIRECTORY
 *	powerloss run MAP LIBRARY CALLS COMMAND [ARGUMENT]...
 *	powerloss end MAP SEED
 *
 * `begin` notes what is there; it is taken for durable. `run` runs a program
 * with powercut.c in it, of which all processes are killed at a call, if it
 * comes so far (0: it may end), and ends with 75 then; SIGTERM and SIGHUP reach
 * the program. When nothing else happens, that was kill -9, and there may be
 * another `run`. `end` takes the power away: it puts the directory into a state
 * that may be left of all since `begin`, and says what it did.
 *
 * Durable is the content of a file when it was synced, and the names in a
 * directory when that was. Of what came later, some is there: of names, those
 * made first; of a file, the beginning, whole or with a write in part, or any
 * blocks, with its old or its new length, and zeros where nothing was written.
 * A file that has a name before and after stays the same file.
 */
#include "powercut.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CUT_STATUS	75
#define NAME_SIZE	256
#define STAGING		".powerloss"

static _Noreturn void
end(const char *what)
{
	fprintf(stderr, "powerloss: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *
grow(void *p, size_t n, size_t size)
{
	void	*q = p;

	if ((n & (n - 1)) == 0) {	/* it is full at each power of two */
		q = realloc(p, (n == 0 ? 1 : 2 * n) * size);
		if (q == NULL)
			end("memory");
	}
	return q;
}

/* S. Vigna, "splitmix64", 2015, public domain. */
static uint64_t
draw(uint64_t *random, uint64_t n)
{
	uint64_t	 z = *random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % n;
}

static struct powercut *
open_map(const char *path, int flags)
{
	const int	 fd = open(path, O_RDWR | flags, 0666);
	void		*p;

	if (fd == -1 || ftruncate(fd, (off_t)POWERCUT_SIZE) == -1)
		end(path);
	p = mmap(NULL, POWERCUT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	if (p == MAP_FAILED)
		end(path);
	(void)close(fd);
	return p;
}

/* What is there. */

static void
add(struct powercut *m, struct powercut_entry e, const void *bytes)
{
	uint8_t	*at = (uint8_t *)m + m->used;

	memcpy(at, &e, sizeof(e));
	memcpy(at + sizeof(e), bytes, e.n);
	m->used += sizeof(e) + ((e.n + UINT64_C(7)) & ~UINT64_C(7));
}

static void
add_file(struct powercut *m, uint64_t node)
{
	uint64_t	 i = node * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	while (m->files[i % POWERCUT_FILES] != 0)
		i++;
	m->files[i % POWERCUT_FILES] = node;
}

static void
add_content(struct powercut *m, const char *path, const struct stat *st)
{
	uint8_t		*p = malloc((size_t)st->st_size + 1);
	const int	 fd = open(path, O_RDONLY);

	if (p == NULL || fd == -1 ||
	    read(fd, p, (size_t)st->st_size) != (ssize_t)st->st_size)
		end(path);
	add(m, (struct powercut_entry){ .what = POWERCUT_WRITTEN,
	    .node = st->st_ino, .n = (uint32_t)st->st_size,
	    .seconds = st->st_mtim.tv_sec, .nanos = st->st_mtim.tv_nsec }, p);
	(void)close(fd);
	free(p);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the directory */
static void
scan(struct powercut *m, const char *path, uint64_t node)
{
	DIR			*dir = opendir(path);
	const struct dirent	*e;
	char			 sub[POWERCUT_PATH];
	struct stat		 st;

	if (dir == NULL)
		end(path);
	add_file(m, node);
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		if (lstat(sub, &st) == -1)
			end(sub);
		add(m, (struct powercut_entry){ .what = S_ISDIR(st.st_mode) ?
		    POWERCUT_MADE_DIR : POWERCUT_MADE, .node = st.st_ino,
		    .at = node, .n = (uint32_t)strlen(e->d_name) }, e->d_name);
		if (S_ISDIR(st.st_mode)) {
			scan(m, sub, st.st_ino);
		} else {
			add_file(m, st.st_ino);
			add_content(m, sub, &st);
		}
	}
	(void)closedir(dir);
}

static void
begin(const char *path, const char *dir)
{
	struct powercut	*m = open_map(path, O_CREAT | O_TRUNC);
	struct stat	 st;

	if (realpath(dir, m->dir) == NULL || stat(dir, &st) == -1)
		end(dir);
	m->device = st.st_dev;
	m->used = (sizeof(*m) + 7) & ~(uint64_t)7;
	scan(m, m->dir, st.st_ino);
	add(m, (struct powercut_entry){ .what = POWERCUT_BEGUN,
	    .node = st.st_ino }, "");
}

/* Running. */

static pid_t
start(const char *map, const char *library, char **argv)
{
	const pid_t	 pid = fork();

	if (pid != 0)
		return pid;
	if (setpgid(0, 0) == -1 || setenv("LD_PRELOAD", library, 1) == -1 ||
	    setenv(POWERCUT_MAP, map, 1) == -1)
		end("fork");
	(void)execvp(argv[0], argv);
	end(argv[0]);
}

static volatile sig_atomic_t	told;	/* a signal, to be told on */

static void
on_signal(int number)
{
	told = number;
}

/* Until all of the family are gone. */
static int
wait_for_all(struct powercut *m, pid_t pid)
{
	const struct timespec	 moment = { 0, 500000 };
	int			 status = 0, one;
	pid_t			 got;

	while ((got = waitpid(-1, &one, WNOHANG)) != -1 || errno == EINTR) {
		if (got == pid)
			status = one;
		if (got > 0)
			continue;
		if (told != 0)
			(void)kill(pid, told);
		told = 0;
		if (m->off)
			(void)kill(-pid, SIGKILL);
		(void)nanosleep(&moment, NULL);
	}
	return status;
}

static int
run(char **argv)
{
	struct powercut		*m = open_map(argv[0], 0);
	const struct sigaction	 tell = { .sa_handler = on_signal };
	const uint64_t		 calls = strtoull(argv[2], NULL, 10);
	int			 status;
	pid_t			 pid;

	m->last = calls == 0 ? 0 : m->calls + calls;
	m->off = m->lock = 0;		/* who had it was killed */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1 ||
	    sigaction(SIGTERM, &tell, NULL) == -1 ||
	    sigaction(SIGHUP, &tell, NULL) == -1 ||
	    (pid = start(argv[0], argv[1], argv + 3)) == -1)
		end("fork");
	status = wait_for_all(m, pid);
	if (m->off)
		return CUT_STATUS;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

/* What is left. */

struct bytes {
	uint8_t	*p;
	size_t	 n, room;
};

struct node;

struct name {
	char		 text[NAME_SIZE];
	struct node	*node;
};

struct node {
	uint64_t			 number;
	const char			*seen;		/* its last name */
	bool				 is_dir, old;	/* number used again */
	struct bytes			 durable;	/* of a file */
	struct name			*names;		/* of a directory */
	size_t				 nnames;
	const struct powercut_entry	**later;	/* not durable yet */
	size_t				 nlater;
	int64_t				 seconds, nanos; /* of its last write */
};

struct disk {
	struct powercut	*map;
	uint64_t	 random;
	unsigned	 temper;	/* of this disk: see keep() */
	struct node	**nodes;
	size_t		 n;
	struct node	*root;
};

static struct node *
node_of(struct disk *d, uint64_t number)
{
	for (size_t i = d->n; i > 0; i--)
		if (d->nodes[i - 1]->number == number && !d->nodes[i - 1]->old)
			return d->nodes[i - 1];
	return NULL;
}

static struct node *
new_node(struct disk *d, uint64_t number, bool is_dir)
{
	struct node	*n = calloc(1, sizeof(*n));
	struct node	*before = node_of(d, number);

	if (n == NULL)
		end("memory");
	if (before != NULL)
		before->old = true;
	n->number = number;
	n->is_dir = is_dir;
	d->nodes = grow(d->nodes, d->n, sizeof(*d->nodes));
	d->nodes[d->n++] = n;
	return n;
}

/* As long as N; what is new is zero. */
static void
set_length(struct bytes *b, size_t n)
{
	if (n > b->room) {
		b->room = 2 * n;
		if ((b->p = realloc(b->p, b->room)) == NULL)
			end("memory");
	}
	if (n > b->n)
		memset(b->p + b->n, 0, n - b->n);
	b->n = n;
}

static void
put(struct bytes *b, size_t at, const void *p, size_t n)
{
	if (n == 0)
		return;
	if (at + n > b->n)
		set_length(b, at + n);
	memcpy(b->p + at, p, n);
}

static const void *
bytes_of(const struct powercut_entry *e)
{
	return e + 1;
}

/* One call, or the first N bytes of it. */
static void
apply(struct bytes *b, const struct powercut_entry *e, size_t n)
{
	if (e->what == POWERCUT_CUT)
		set_length(b, (size_t)e->at);
	else
		put(b, (size_t)e->at, bytes_of(e), n);
}

static void
put_name(struct node *dir, const char *text, size_t n, struct node *node)
{
	size_t	 i = 0;

	while (i < dir->nnames && (strlen(dir->names[i].text) != n ||
	    memcmp(dir->names[i].text, text, n) != 0))
		i++;
	if (node == NULL) {
		if (i < dir->nnames)
			dir->names[i] = dir->names[--dir->nnames];
		return;
	}
	if (i == dir->nnames) {
		dir->names = grow(dir->names, i, sizeof(*dir->names));
		dir->nnames++;
	}
	(void)snprintf(dir->names[i].text, NAME_SIZE, "%.*s", (int)n, text);
	dir->names[i].node = node;
	node->seen = text;		/* up to a slash, or the next entry */
}

/* Names are moved within a directory: nobody does anything else. */
static void
apply_name(struct node *dir, const struct powercut_entry *e)
{
	const char	*text = bytes_of(e);
	const char	*slash = memchr(text, '/', e->n);

	if (e->what == POWERCUT_GONE) {
		put_name(dir, text, e->n, NULL);
	} else if (e->what == POWERCUT_MOVED) {
		const size_t	 n = (size_t)(slash - text);

		if (e->at != e->to) {
			fprintf(stderr, "powerloss: moved elsewhere\n");
			exit(1);
		}
		put_name(dir, text, n, NULL);
		put_name(dir, slash + 1, e->n - n - 1, (struct node *)
		    (uintptr_t)e->node);
	} else {
		put_name(dir, text, e->n, (struct node *)(uintptr_t)e->node);
	}
}

/* The first N of what came since. */
static void
apply_later(struct node *n, size_t many)
{
	for (size_t i = 0; i < many; i++) {
		const struct powercut_entry	*e = n->later[i];

		if (n->is_dir) {
			apply_name(n, e);
		} else {
			apply(&n->durable, e, e->n);
			n->seconds = e->seconds;
			n->nanos = e->nanos;
		}
	}
	n->nlater = 0;
}

static void
add_later(struct disk *d, uint64_t number, const struct powercut_entry *e)
{
	struct node	*n = node_of(d, number);

	if (n == NULL)
		return;			/* it was never below the directory */
	n->later = grow(n->later, n->nlater, sizeof(const void *));
	n->later[n->nlater++] = e;
}

/* A number is used again; from now on the entry has the node itself. */
static void
resolve(struct disk *d, struct powercut_entry *e)
{
	if (e->what == POWERCUT_MADE || e->what == POWERCUT_MADE_DIR)
		e->node = (uint64_t)(uintptr_t)new_node(d, e->node,
		    e->what == POWERCUT_MADE_DIR);
	else if (e->what == POWERCUT_MOVED)
		e->node = (uint64_t)(uintptr_t)node_of(d, e->node);
}

static void
take(struct disk *d, struct powercut_entry *e)
{
	struct node	*n;

	switch ((enum powercut_what)e->what) {
	case POWERCUT_MADE:
	case POWERCUT_MADE_DIR:
	case POWERCUT_GONE:
	case POWERCUT_MOVED:
		resolve(d, e);
		add_later(d, e->at, e);
		break;
	case POWERCUT_WRITTEN:
	case POWERCUT_CUT:
		add_later(d, e->node, e);
		break;
	case POWERCUT_SYNCED:
		if ((n = node_of(d, e->node)) != NULL)
			apply_later(n, n->nlater);
		break;
	case POWERCUT_BEGUN:
		for (size_t i = 0; i < d->n; i++)
			apply_later(d->nodes[i], d->nodes[i]->nlater);
		break;
	}
}

static void
take_all(struct disk *d)
{
	uint8_t		*p = (uint8_t *)d->map;
	uint64_t	 at = (sizeof(*d->map) + 7) & ~(uint64_t)7;
	uint64_t	 root = 0;

	/* The directory itself is named behind all that it had. */
	for (uint64_t i = at; i < d->map->used && root == 0;) {
		const struct powercut_entry	*e = (const void *)(p + i);

		if (e->what == POWERCUT_BEGUN)
			root = e->node;
		i += sizeof(*e) + ((e->n + UINT64_C(7)) & ~UINT64_C(7));
	}
	d->root = new_node(d, root, true);
	while (at < d->map->used) {
		struct powercut_entry	*e = (void *)(p + at);

		at += sizeof(*e) + ((e->n + UINT64_C(7)) & ~UINT64_C(7));
		take(d, e);
	}
}

/* Any blocks of what was written since, and a length between the two. */
static void
keep_blocks(struct disk *d, struct node *n, struct bytes *all)
{
	const size_t	 block = draw(&d->random, 2) ? 4096 : 512;
	struct bytes	*b = &n->durable;
	const size_t	 length = draw(&d->random, 3) ? all->n : b->n;
	const uint64_t	 odds = 2 + draw(&d->random, 3);

	set_length(b, length);
	for (size_t at = 0; at < length && at < all->n; at += block) {
		size_t	 some = length < all->n ? length : all->n;

		some = some - at < block ? some - at : block;
		if (draw(&d->random, odds) != 0)
			put(b, at, all->p + at, some);
	}
}

static const char *
keep_file(struct disk *d, struct node *n)
{
	const size_t	 many = (size_t)draw(&d->random, n->nlater + 1);
	const size_t	 all = n->nlater;
	struct bytes	 b = { 0 };

	if (d->temper == 0 || (d->temper > 1 && draw(&d->random, 4) == 0))
		return "as it was synced";
	if (d->temper == 1 || draw(&d->random, 3) == 0) {
		apply_later(n, all);
		return "whole";
	}
	if (draw(&d->random, 2) == 0) {
		const struct powercut_entry	*e = many < all ?
		    n->later[many] : NULL;

		apply_later(n, many);
		if (e != NULL)
			apply(&n->durable, e, (size_t)draw(&d->random,
			    e->n + UINT64_C(1)));
		return "its beginning";
	}
	put(&b, 0, n->durable.p, n->durable.n);
	for (size_t i = 0; i < all; i++)
		apply(&b, n->later[i], n->later[i]->n);
	keep_blocks(d, n, &b);
	free(b.p);
	return "some blocks";
}

static void
keep(struct disk *d, struct node *n)
{
	const size_t	 all = n->nlater;
	size_t		 many;

	if (all == 0)
		return;
	if (!n->is_dir) {
		const char	*what = keep_file(d, n);

		printf("%.20s: %zu calls not synced: %s, %zu bytes\n",
		    n->seen == NULL ? "a new one" : n->seen, all, what,
		    n->durable.n);
		return;
	}
	many = d->temper == 0 ? 0 : d->temper == 1 ? all :
	    (size_t)draw(&d->random, all + 1);
	apply_later(n, many);
	printf("directory %.20s: %zu of %zu names\n", n->seen == NULL ? "." :
	    n->seen, many, all);
}

/* Making it so. */

static void
join(char *path, const char *dir, const char *name)
{
	if (snprintf(path, POWERCUT_PATH, "%s/%s", dir, name) >=
	    (int)POWERCUT_PATH)
		end("path");
}

/* All files to one place, by their numbers; directories stay. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the directory */
static void
stage(const char *path, const char *staging)
{
	DIR			*dir = opendir(path);
	const struct dirent	*e;
	char			 from[POWERCUT_PATH], to[POWERCUT_PATH];
	char			 number[32];
	struct stat		 st;

	if (dir == NULL)
		end(path);
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    strcmp(e->d_name, STAGING) == 0)
			continue;
		join(from, path, e->d_name);
		if (lstat(from, &st) == -1)
			end(from);
		if (S_ISDIR(st.st_mode)) {
			stage(from, staging);
			(void)rmdir(from);	/* or it is not empty */
			continue;
		}
		(void)snprintf(number, sizeof(number), "%" PRIu64,
		    (uint64_t)st.st_ino);
		join(to, staging, number);
		if (rename(from, to) == -1)
			end(from);
	}
	(void)closedir(dir);
}

static void
make_file(const struct node *n, const char *path, const char *staging)
{
	const struct timespec	 times[2] = { { n->seconds, n->nanos },
	    { n->seconds, n->nanos } };
	char			 from[POWERCUT_PATH], number[32];
	int			 fd;

	(void)snprintf(number, sizeof(number), "%" PRIu64, n->number);
	join(from, staging, number);
	if (!n->old && rename(from, path) == -1 && errno != ENOENT)
		end(path);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd == -1 || ftruncate(fd, 0) == -1 ||
	    write(fd, n->durable.p, n->durable.n) != (ssize_t)n->durable.n ||
	    (n->seconds != 0 && futimens(fd, times) == -1))
		end(path);
	(void)close(fd);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the directory */
static void
make(const struct node *dir, const char *path, const char *staging)
{
	char	 sub[POWERCUT_PATH];

	for (size_t i = 0; i < dir->nnames; i++) {
		const struct name	*n = &dir->names[i];

		join(sub, path, n->text);
		if (n->node->is_dir) {
			if (mkdir(sub, 0700) == -1 && errno != EEXIST)
				end(sub);
			make(n->node, sub, staging);
		} else {
			make_file(n->node, sub, staging);
		}
	}
}

static void
lose(const char *map, uint64_t seed)
{
	struct disk		 d = { .map = open_map(map, 0),
	    .random = seed };
	char			 staging[POWERCUT_PATH], path[POWERCUT_PATH];
	const struct dirent	*e;
	DIR			*dir;

	d.temper = (unsigned)draw(&d.random, 6);
	take_all(&d);
	for (size_t i = 0; i < d.n; i++)
		keep(&d, d.nodes[i]);
	join(staging, d.map->dir, STAGING);
	if (mkdir(staging, 0700) == -1)
		end(staging);
	stage(d.map->dir, staging);
	make(d.root, d.map->dir, staging);
	if ((dir = opendir(staging)) == NULL)
		end(staging);
	while ((e = readdir(dir)) != NULL) {
		join(path, staging, e->d_name);
		(void)unlink(path);	/* the two of the directory stay */
	}
	(void)closedir(dir);
	(void)rmdir(staging);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "begin") == 0) {
		begin(argv[2], argv[3]);
	} else if (argc > 5 && strcmp(argv[1], "run") == 0) {
		return run(argv + 2);
	} else if (argc == 4 && strcmp(argv[1], "end") == 0) {
		lose(argv[2], strtoull(argv[3], NULL, 10));
	} else {
		fprintf(stderr, "usage: powerloss begin MAP DIRECTORY\n"
		    "       powerloss run MAP LIBRARY CALLS COMMAND...\n"
		    "       powerloss end MAP SEED\n");
		return 2;
	}
	return 0;
}
