/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mutate.c - hostile inputs out of those that were worth keeping.
 *
 *	mutate [-t] [-s SEED] [-f FIRST] [-n COUNT] DIRECTORY FILE...
 *
 * Makes files DIRECTORY/000123, each of one FILE to which a few things were
 * done: bits, numbers, pieces lost, doubled, put elsewhere, or taken from
 * another FILE; with -t words instead of bytes, mostly. What becomes of a number
 * depends on the seed and the number alone, so that one can be made again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE_MAX_OUT	(64u << 10)	/* bytes of a file */
#define STEPS_MAX	8u

struct bytes {
	uint8_t	*p;
	size_t	 n;
};

struct mutator {
	struct bytes	*files;
	size_t		 nfiles;
	bool		 text;
	uint64_t	 random;
	uint8_t		 p[SIZE_MAX_OUT];
	size_t		 n;
};

/* Bytes from AT to AT + N. */
struct piece {
	size_t	 at, n;
};

static void
end(const char *what)
{
	fprintf(stderr, "mutate: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* S. Vigna, "splitmix64", 2015, public domain. */
static uint64_t
draw(struct mutator *m)
{
	uint64_t	 z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to N - 1; 0 of none. */
static size_t
below(struct mutator *m, size_t n)
{
	return n == 0 ? 0 : (size_t)(draw(m) % n);
}

static struct bytes
read_file(const char *path)
{
	FILE		*f = fopen(path, "rb");
	struct bytes	 b = { malloc(SIZE_MAX_OUT), 0 };

	if (f == NULL || b.p == NULL)
		end(path);
	b.n = fread(b.p, 1, SIZE_MAX_OUT, f);
	if (ferror(f) != 0)
		end(path);
	(void)fclose(f);		/* it was only read */
	return b;
}

/* Pieces. */

static bool
is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '.';
}

/* A word, or what stands between two, around a place. */
static struct piece
word_at(const uint8_t *p, size_t n, size_t at)
{
	size_t	 from = at, to = at;

	while (from > 0 && is_word(p[from - 1]) == is_word(p[at]))
		from--;
	while (to < n && is_word(p[to]) == is_word(p[at]))
		to++;
	return (struct piece){ from, to - from };
}

/* Short ones more often than long ones. */
static struct piece
some(struct mutator *m, const uint8_t *p, size_t n)
{
	const size_t	 at = below(m, n);
	const size_t	 most = (size_t)1 << below(m, 13);

	if (n == 0)
		return (struct piece){ 0, 0 };
	if (m->text && below(m, 4) != 0)
		return word_at(p, n, at);
	return (struct piece){ at, below(m, n - at < most ? n - at : most) };
}

static void
cut(struct mutator *m, struct piece c)
{
	memmove(m->p + c.at, m->p + c.at + c.n, m->n - c.at - c.n);
	m->n -= c.n;
}

static void
insert(struct mutator *m, size_t at, const uint8_t *bytes, size_t n)
{
	if (n > SIZE_MAX_OUT - m->n)
		n = SIZE_MAX_OUT - m->n;
	memmove(m->p + at + n, m->p + at, m->n - at);
	memcpy(m->p + at, bytes, n);
	m->n += n;
}

/* What is done. */

static void
flip(struct mutator *m)
{
	if (m->n > 0)
		m->p[below(m, m->n)] ^= (uint8_t)(1u << below(m, 8));
}

static void
number(struct mutator *m)
{
	static const uint64_t	 numbers[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff,
		0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
		UINT64_C(0x7fffffffffffffff), UINT64_MAX
	};
	char		 text[32];
	uint64_t	 v = numbers[below(m, sizeof(numbers) /
	    sizeof(numbers[0]))];
	const size_t	 size = (size_t)1 << below(m, 4);

	if (m->text) {
		const struct piece	 old = some(m, m->p, m->n);

		(void)snprintf(text, sizeof(text), "%" PRIu64, v);
		cut(m, old);
		insert(m, old.at, (const uint8_t *)text, strlen(text));
		return;
	}
	if (m->n < size)
		return;
	for (size_t at = below(m, m->n - size + 1) + size, i = 0; i < size;
	    i++, v >>= 8)
		m->p[--at] = (uint8_t)v;
}

static void
lose(struct mutator *m)
{
	cut(m, some(m, m->p, m->n));
}

static void
double_up(struct mutator *m)
{
	static uint8_t		 copy[SIZE_MAX_OUT];
	const struct piece	 c = some(m, m->p, m->n);
	size_t			 times = below(m, 20) == 0 ? 500 : 1;

	memcpy(copy, m->p + c.at, c.n);
	while (times-- > 0)
		insert(m, c.at, copy, c.n);
}

static void
move(struct mutator *m)
{
	static uint8_t		 copy[SIZE_MAX_OUT];
	const struct piece	 c = some(m, m->p, m->n);

	memcpy(copy, m->p + c.at, c.n);
	cut(m, c);
	insert(m, below(m, m->n + 1), copy, c.n);
}

static void
splice(struct mutator *m)
{
	const struct bytes	*other = &m->files[below(m, m->nfiles)];
	const struct piece	 c = some(m, other->p, other->n);

	insert(m, below(m, m->n + 1), other->p + c.at, c.n);
}

static void
noise(struct mutator *m)
{
	uint8_t		 bytes[64];
	const size_t	 n = below(m, sizeof(bytes));

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)draw(m);
	insert(m, below(m, m->n + 1), bytes, n);
}

static void
shorten(struct mutator *m)
{
	m->n = below(m, m->n + 1);
}

static void
mutate(struct mutator *m)
{
	static void	(*const steps[])(struct mutator *) = {
		flip, flip, number, number, lose, double_up, move, splice,
		splice, noise, shorten
	};
	const struct bytes	*file = &m->files[below(m, m->nfiles)];

	memcpy(m->p, file->p, file->n);
	m->n = file->n;
	for (size_t n = 1 + below(m, STEPS_MAX); n > 0; n--)
		steps[below(m, sizeof(steps) / sizeof(steps[0]))](m);
}

static void
write_file(const struct mutator *m, const char *dir, uint64_t n)
{
	char	 path[4096];
	FILE	*f;

	(void)snprintf(path, sizeof(path), "%s/%06" PRIu64, dir, n);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(m->p, 1, m->n, f) != m->n || fclose(f) != 0)
		end(path);
}

int
main(int argc, char **argv)
{
	static struct mutator	 m;
	uint64_t		 seed = 1, first = 0, count = 1;
	int			 c;

	while ((c = getopt(argc, argv, "ts:f:n:")) != -1) {
		if (c == '?')
			return 2;
		if (c == 't')
			m.text = true;
		else
			*(c == 's' ? &seed : c == 'f' ? &first : &count) =
			    strtoull(optarg, NULL, 10);
	}
	if (argc - optind < 2)
		return 2;
	m.nfiles = (size_t)(argc - optind - 1);
	m.files = calloc(m.nfiles, sizeof(*m.files));
	if (m.files == NULL)
		end("files");
	for (size_t i = 0; i < m.nfiles; i++)
		m.files[i] = read_file(argv[optind + 1 + (int)i]);
	for (uint64_t n = first; n < first + count; n++) {
		m.random = seed << 32 ^ n;
		mutate(&m);
		write_file(&m, argv[optind], n);
	}
	for (size_t i = 0; i < m.nfiles; i++)
		free(m.files[i].p);
	free(m.files);
	return 0;
}
