/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glance.c - what the bytes of a rule file do to words, many at once.
 *
 * The table is the truth. Where the processor compares sixteen bytes in one
 * go, only the end of a text is looked up in it; a test holds both against each
 * other.
 */
#include "rule/glance.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

const uint8_t	glance_bytes[256] = {
	['\r'] = BYTE_ODD, ['\0'] = BYTE_ODD,
	[' '] = BYTE_BLANK, ['\t'] = BYTE_BLANK, ['\n'] = BYTE_BLANK,
	[';'] = BYTE_END, [','] = BYTE_END, ['<'] = BYTE_END,
	['>'] = BYTE_END, ['"'] = BYTE_END,
};

/* N bytes, one by one. */
static void
read_bytes(struct glance *g, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint64_t	 bit = UINT64_C(1) << i;

		g->blanks |= glance_bytes[p[i]] == BYTE_BLANK ? bit : 0;
		g->lines |= p[i] == '\n' ? bit : 0;
		g->stops |= glance_bytes[p[i]] != BYTE_WORD ? bit : 0;
		g->odd |= glance_bytes[p[i]] == BYTE_ODD;
	}
}

#ifdef __SSE2__
static inline __m128i
are(__m128i here, char byte)
{
	return _mm_cmpeq_epi8(here, _mm_set1_epi8(byte));
}

static inline __m128i
either(__m128i a, __m128i b)
{
	return _mm_or_si128(a, b);
}

static inline uint64_t
bits(__m128i v)
{
	return (uint32_t)_mm_movemask_epi8(v);
}

/* Bytes up to that of a blank: none of them is of a word but control bytes. */
static inline __m128i
are_low(__m128i here)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(here, _mm_set1_epi8(' ')), here);
}

/*
 * Sixteen bytes, I behind the first. Returns those that are control bytes and
 * no blanks.
 */
static inline __m128i
read_some(struct glance *g, const uint8_t *p, unsigned i)
{
	const __m128i	 here = _mm_loadu_si128((const void *)(p + i));
	const __m128i	 lines = are(here, '\n');
	const __m128i	 blanks = either(lines, either(are(here, ' '),
	    are(here, '\t')));
	/* '<' and '>' are one bit apart. */
	const __m128i	 angles = are(either(here, _mm_set1_epi8('<' ^ '>')),
	    '>');
	const __m128i	 ends = either(angles, either(are(here, '"'),
	    either(are(here, ';'), are(here, ','))));

	g->lines |= bits(lines) << i;
	g->blanks |= bits(blanks) << i;
	g->stops |= bits(either(blanks, ends)) << i;
	return _mm_xor_si128(are_low(here), blanks);
}

/*
 * False: there are control bytes that are no blanks, which are too rare to be
 * told from each other here.
 */
static inline bool
read_fast(struct glance *g, const uint8_t *p)
{
	const __m128i	a = read_some(g, p, 0), b = read_some(g, p, 16);
	const __m128i	c = read_some(g, p, 32), d = read_some(g, p, 48);

	return bits(either(either(a, b), either(c, d))) == 0;
}

static void __attribute__((noinline))
read_slow(struct glance *g, const uint8_t *p)
{
	g->lines = g->blanks = g->stops = 0;
	read_bytes(g, p, GLANCE_BYTES);
}

static inline void
read_all(struct glance *g, const uint8_t *p)
{
	if (!read_fast(g, p))
		read_slow(g, p);
}
#else
static void
read_all(struct glance *g, const uint8_t *p)
{
	read_bytes(g, p, GLANCE_BYTES);
}
#endif

struct glance
glance_read(struct slice text, size_t from)
{
	const size_t	 left = text.n - from;
	struct glance	 g = { .from = from };

	if (left >= GLANCE_BYTES)
		read_all(&g, text.p + from);
	else {
		read_bytes(&g, text.p + from, left);
		g.stops |= UINT64_MAX << left;
	}
	return g;
}
