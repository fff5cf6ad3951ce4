/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memo.h - what some bytes of a token were spelled as the last time.
 *
 * Neighbouring records share much of what they say: the same few functions are
 * called on files of the same few kinds. So the text of a run of fields is kept
 * under their very bytes, and copied when these come again. Each key has one
 * place, where the latest is kept: memory is fixed, nothing is searched, and
 * whoever aims at a place only makes us spell again. A run of which hardly
 * anything comes again is left alone for a while.
 */
#ifndef PRINT_MEMO_H
#define PRINT_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MEMO_BITS 10u		/* what is in use stays near */
#define MEMO_SLOTS (1u << MEMO_BITS)
#define MEMO_KEY_MIN 4u		/* bytes */
#define MEMO_KEY_MAX 32u
#define MEMO_TEXT_MAX 93u
#define MEMO_LINE 64u		/* bytes of a line of the cache, mostly */
#define MEMO_HEAD 29u		/* bytes of text that stand in its first */
#define MEMO_RUNS 256u
#define MEMO_MISSES 8192u	/* of a run: when it had fewer hits than */
#define MEMO_HITS 5000u		/* these meanwhile, it is passed over so */
#define MEMO_RESTS 65536u	/* often before it is tried again */

struct memo_key {
	uint64_t	 words[4];	/* all bytes, some of them twice */
	uint16_t	 kind;		/* of run, and how many bytes */
	uint16_t	 place;
};

/*
 * Two lines of the cache, the second one for long texts. All zeros: nothing is
 * kept yet.
 */
struct memo_slot {
	uint64_t	 words[4];
	uint16_t	 kind;
	uint8_t		 n;		/* bytes of text */
	uint8_t		 text[MEMO_TEXT_MAX];
};

/* Whether it is worth while to look for a run. */
struct memo_luck {
	uint32_t	 rests;		/* so often it is passed over */
	uint32_t	 hits, misses;	/* since then */
};

struct memo {
	struct memo_luck luck[MEMO_RUNS];
	struct memo_slot *slots;	/* where a line begins */
	void		*block;		/* that they lie in */
};

void	 memo_init(struct memo *);
void	 memo_fini(struct memo *);

void	 memo_missed(struct memo_luck *);

/* Is the run to be looked for, this time? Then it is told what came of it. */
static inline bool
memo_tries(struct memo_luck *l)
{
	if (l->rests == 0)
		return true;
	l->rests--;
	return false;
}

static inline void
memo_hit(struct memo_luck *l)
{
	l->hits++;
}

static inline uint64_t
memo_word(const uint8_t *p)
{
	uint64_t	 w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/*
 * The key of N bytes at P, of a RUN that is not 0; none before or behind them
 * is read. Multiplied, each bit of a word reaches the upper ones, and those
 * tell the place.
 */
static inline struct memo_key
memo_key(uint8_t run, const uint8_t *p, size_t n)
{
	struct memo_key	 k = { .kind = (uint16_t)((size_t)run << 8 | n) };
	uint64_t	 h = (uint64_t)k.kind << 32;
	uint32_t	 half[2];

	if (n < 8) {
		memcpy(&half[0], p, 4);
		memcpy(&half[1], p + n - 4, 4);
		k.words[0] = (uint64_t)half[0] << 32 | half[1];
	} else {
		k.words[0] = memo_word(p);
		k.words[1] = memo_word(p + n - 8);
		h ^= k.words[1] * 0xd6e8feb86659fd93u;
	}
	h ^= k.words[0] * 0xbf58476d1ce4e5b9u;
	if (n > 16) {
		k.words[2] = memo_word(p + 8);
		k.words[3] = memo_word(p + n - 16);
		h ^= k.words[2] * 0xc2b2ae3d27d4eb4fu;
		h ^= k.words[3] * 0xff51afd7ed558ccdu;
	}
	k.place = (uint16_t)(h >> (64 - MEMO_BITS));
	return k;
}

static inline bool
memo_has(const struct memo_slot *s, const struct memo_key *k)
{
	return ((s->words[0] ^ k->words[0]) | (s->words[1] ^ k->words[1]) |
	    (s->words[2] ^ k->words[2]) | (s->words[3] ^ k->words[3]) |
	    (uint64_t)(s->kind ^ k->kind)) == 0;
}

/* Copy the text, to where there is room for MEMO_TEXT_MAX; how long it is. */
static inline size_t
memo_copy(const struct memo_slot *s, uint8_t *to)
{
	memcpy(to, s->text, MEMO_HEAD);
	if (s->n > MEMO_HEAD)
		memcpy(to + MEMO_HEAD, s->text + MEMO_HEAD,
		    MEMO_TEXT_MAX - MEMO_HEAD);
	return s->n;
}

/*
 * Keep a text instead of what was there, unless it is too long. Behind it there
 * have to be MEMO_TEXT_MAX bytes in all, which are copied, too.
 */
static inline void
memo_keep(struct memo *m, const struct memo_key *k, const uint8_t *text,
    size_t n)
{
	struct memo_slot	*s = &m->slots[k->place];

	if (n > MEMO_TEXT_MAX)
		return;
	memcpy(s->words, k->words, sizeof(s->words));
	s->kind = k->kind;
	s->n = (uint8_t)n;
	memcpy(s->text, text, MEMO_TEXT_MAX);
}

#endif
