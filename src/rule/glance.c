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

static void
read_all(struct glance *g, const uint8_t *p)
{
	uint64_t	 all_lines = 0, all_blanks = 0, stops = 0, all_odd = 0;

	for (size_t i = 0; i < GLANCE_BYTES; i += sizeof(__m128i)) {
		const __m128i	 here = _mm_loadu_si128((const void *)(p + i));
		const __m128i	 lines = are(here, '\n');
		const __m128i	 blanks = either(lines, either(are(here, ' '),
		    are(here, '\t')));
		const __m128i	 odd = either(are(here, '\0'),
		    are(here, '\r'));
		const __m128i	 ends = either(either(are(here, ';'),
		    are(here, ',')), either(are(here, '"'),
		    either(are(here, '<'), are(here, '>'))));

		all_lines |= bits(lines) << i;
		all_blanks |= bits(blanks) << i;
		all_odd |= bits(odd);
		stops |= bits(either(blanks, either(odd, ends))) << i;
	}
	g->lines = all_lines;
	g->blanks = all_blanks;
	g->stops = stops;
	g->odd = all_odd != 0;
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
