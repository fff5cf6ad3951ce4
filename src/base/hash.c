/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.c - SipHash, keyed so that nobody can aim at a bucket.
 *
 * One round for each word and three at the end. Words are read little-endian
 * on every machine, so that fingerprints travel. hash_more() is the hash of
 * the earlier value's eight bytes with the new bytes behind them.
 */
#include <sys/random.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

struct sip {
	uint64_t	v0, v1, v2, v3;
};

struct hash_key
hash_key_random(void)
{
	struct hash_key	 k;

	if (getentropy(&k, sizeof(k)) == -1)
		mem_end("the system gives no random numbers");
	return k;
}

static inline uint64_t
rotate(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static inline void
sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline void
sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

/* The bytes that are no whole word, which are the last. */
static inline uint64_t
rest(struct slice in)
{
	const size_t	 n = in.n % 8;
	uint64_t	 v = 0;

	if (n > 0 && in.n > 8)
		return le64(in.p + in.n - 8) >> (64 - 8 * n);
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)in.p[i] << (8 * i);
	return v;
}

static inline struct sip
sip_begin(const struct hash_key *k)
{
	return (struct sip){
		k->k0 ^ 0x736f6d6570736575u, k->k1 ^ 0x646f72616e646f6du,
		k->k0 ^ 0x6c7967656e657261u, k->k1 ^ 0x7465646279746573u,
	};
}

static inline uint64_t
sip_end(struct sip *s, uint64_t last)
{
	sip_word(s, last);
	s->v2 ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* Of bytes behind a hash, or behind nothing. */
static uint64_t
sip(const struct hash_key *k, const uint64_t *before, struct slice in)
{
	struct sip	 s = sip_begin(k);
	uint64_t	 last = rest(in) | (uint64_t)in.n << 56;

	if (before != NULL) {
		sip_word(&s, *before);
		last += (uint64_t)sizeof(*before) << 56;
	}
	for (; in.n >= 8; in.p += 8, in.n -= 8)
		sip_word(&s, le64(in.p));
	return sip_end(&s, last);
}

uint64_t
hash_bytes(const struct hash_key *k, struct slice in)
{
	return sip(k, NULL, in);
}

uint64_t
hash_more(const struct hash_key *k, uint64_t before, struct slice in)
{
	return sip(k, &before, in);
}

/* The end of each is told where no word of them goes. */
uint64_t
hash_list(const struct hash_key *k, const struct slice *list, size_t n)
{
	struct sip	 s = sip_begin(k);

	for (size_t i = 0; i < n; i++) {
		const uint64_t	last = rest(list[i]);
		struct slice	in = list[i];

		s.v2 ^= ~(uint64_t)in.n;
		for (; in.n >= 8; in.p += 8, in.n -= 8)
			sip_word(&s, le64(in.p));
		sip_word(&s, last);
	}
	return sip_end(&s, n);
}
