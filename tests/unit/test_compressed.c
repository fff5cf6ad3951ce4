/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <bzlib.h>
#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "source/compressed.h"
#include "source/source.h"

static const char *const	kinds[] = { "gzip", "zstd", "bzip2", "xz" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Bytes that are neither all alike nor all different. */
static struct buf
plain(size_t n)
{
	struct buf	 b = { 0 };
	uint32_t	 x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1103515245 + 12345;
		buf_u8(&b, i % 3 == 0 ? (uint8_t)(x >> 24) : (uint8_t)i);
	}
	return b;
}

static size_t
pack_gzip(const struct buf *from, uint8_t *to, size_t room)
{
	z_stream	 z = { .next_in = from->p, .avail_in = (uInt)from->n,
	    .next_out = to, .avail_out = (uInt)room };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
	return room - z.avail_out;
}

static size_t
pack_zstd(const struct buf *from, uint8_t *to, size_t room)
{
	const size_t	 n = ZSTD_compress(to, room, from->p, from->n, 3);

	assert_false(ZSTD_isError(n));
	return n;
}

static size_t
pack_bzip2(const struct buf *from, uint8_t *to, size_t room)
{
	unsigned	 n = (unsigned)room;
	char		 nothing = 0;

	assert_int_equal(BZ2_bzBuffToBuffCompress((char *)to, &n,
	    from->n == 0 ? &nothing : (char *)from->p, (unsigned)from->n, 9, 0,
	    0), BZ_OK);
	return n;
}

static size_t
pack_xz(const struct buf *from, uint8_t *to, size_t room)
{
	size_t	 n = 0;

	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL,
	    from->p, from->n, to, &n, room), LZMA_OK);
	return n;
}

static struct buf
packed(const char *kind, const struct buf *from)
{
	size_t		(*const pack[])(const struct buf *, uint8_t *, size_t)
	    = { pack_gzip, pack_zstd, pack_bzip2, pack_xz };
	const size_t	 room = from->n + (1u << 20);
	struct buf	 to = { 0 };
	size_t		 i = 0;

	while (strcmp(kinds[i], kind) != 0)
		i++;
	to.n = pack[i](from, buf_room(&to, room), room);
	return to;
}

static int
file_of(const struct buf *b)
{
	FILE	*f = tmpfile();
	int	 fd;

	assert_int_equal(fwrite(b->p, 1, b->n, f), b->n);
	rewind(f);
	fd = dup(fileno(f));
	fclose(f);
	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Read it in pieces of that many compressed bytes; what the end was. */
static int
unpack(const struct buf *from, size_t piece, struct buf *to, struct buf *why)
{
	const int		 fd = file_of(from);
	struct file_source	*f = file_new_piece(fd, piece);
	struct slice		 bytes;
	int			 got;

	while ((got = file_more(f, &bytes)) == 1) {
		assert_int_not_equal(bytes.n, 0);
		buf_slice(to, bytes);
	}
	if (got == -1) {
		assert_int_equal(errno, EILSEQ);
		buf_str(why, file_why(f));
		assert_int_equal(file_more(f, &bytes), -1);
	} else {
		assert_int_equal(file_more(f, &bytes), 0);
		assert_int_equal(file_taken(f), from->n);
	}
	file_free(f);
	close(fd);
	return got;
}

static void
kind_is_seen_from_the_first_bytes(void **state)
{
	struct buf	 text = plain(100);

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct buf	 p = packed(kinds[i], &text);
		const int	 fd = file_of(&p);

		assert_string_equal(compressed_kind(buf_bytes(&p)), kinds[i]);
		assert_string_equal(file_peek(fd, 0), kinds[i]);
		assert_null(file_peek(fd, 1));
		assert_null(file_peek(fd, p.n));
		close(fd);
		buf_fini(&p);
	}
	assert_null(compressed_kind(slice_str("")));
	assert_null(compressed_kind(slice_str("\x1f")));
	assert_null(compressed_kind(slice_str("\x14\x00")));
	buf_fini(&text);
}

static void
ends_of_names_are_known(void **state)
{
	(void)state;
	assert_int_equal(compressed_suffix(slice_str("a.gz")), 3);
	assert_int_equal(compressed_suffix(slice_str("a.zst")), 4);
	assert_int_equal(compressed_suffix(slice_str("a.bz2")), 4);
	assert_int_equal(compressed_suffix(slice_str("a.xz")), 3);
	assert_int_equal(compressed_suffix(slice_str(".gz")), 0);
	assert_int_equal(compressed_suffix(slice_str("gz")), 0);
	assert_int_equal(compressed_suffix(slice_str("")), 0);
}

static void
all_kinds_come_back_as_they_were(void **state)
{
	static const size_t	 sizes[] = { 0, 1, 1000, 300000 };

	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		for (size_t k = 0; k < 4; k++) {
			struct buf	 text = plain(sizes[k]), out = { 0 };
			struct buf	 p = packed(kinds[i], &text);

			assert_int_equal(unpack(&p, k == 3 ? 777 : 4096, &out,
			    &out), 0);
			assert_true(slice_eq(buf_bytes(&out),
			    buf_bytes(&text)));
			buf_fini(&text);
			buf_fini(&p);
			buf_fini(&out);
		}
}

static void
two_behind_each_other_are_one_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct buf	 text = plain(5000), out = { 0 };
		struct buf	 p = packed(kinds[i], &text);
		const size_t	 n = p.n;

		(void)buf_room(&p, n);
		memcpy(p.p + n, p.p, n);
		p.n = 2 * n;
		assert_int_equal(unpack(&p, 4096, &out, &out), 0);
		assert_int_equal(out.n, 10000);
		assert_memory_equal(out.p, text.p, 5000);
		assert_memory_equal(out.p + 5000, text.p, 5000);
		buf_fini(&text);
		buf_fini(&p);
		buf_fini(&out);
	}
}

/* Cut at some place, each gives a part of what was and says why no more. */
static void
cut_short_is_said_and_gives_a_part(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct buf	 text = plain(300000), out = { 0 }, why = { 0 };
		struct buf	 p = packed(kinds[i], &text);
		const size_t	 n = p.n;

		for (size_t cut = 8; cut < n; cut += n / 23) {
			p.n = cut;
			buf_clear(&out);
			buf_clear(&why);
			assert_int_equal(unpack(&p, 512, &out, &why), -1);
			assert_true(slice_has_prefix(buf_bytes(&text),
			    buf_bytes(&out)));
			assert_non_null(strstr(buf_cstr(&why), kinds[i]));
			assert_non_null(strstr(buf_cstr(&why), "cut short"));
		}
		buf_fini(&text);
		buf_fini(&p);
		buf_fini(&out);
		buf_fini(&why);
	}
}

/* A trail is often smaller than what libraries have in hand at once. */
static void
gzip_cut_short_gives_all_that_is_there(void **state)
{
	struct buf	 text = plain(3000), out = { 0 }, why = { 0 };
	struct buf	 p = packed("gzip", &text);

	(void)state;
	p.n -= 9;		/* the trailer and a byte */
	assert_int_equal(unpack(&p, 4096, &out, &why), -1);
	assert_in_range(out.n, 2990, 3000);
	buf_fini(&text);
	buf_fini(&p);
	buf_fini(&out);
	buf_fini(&why);
}

static void
damage_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct buf	 text = plain(300000), out = { 0 }, why = { 0 };
		struct buf	 p = packed(kinds[i], &text);
		/* zstd(1) adds a checksum, the call above does not. */
		const size_t	 from = strcmp(kinds[i], "zstd") == 0 ? 6 :
		    p.n / 3;

		for (size_t at = from; at < from + 40; at++)
			p.p[at] ^= 0x5a;
		assert_int_equal(unpack(&p, 4096, &out, &why), -1);
		assert_non_null(strstr(buf_cstr(&why), kinds[i]));
		buf_fini(&text);
		buf_fini(&p);
		buf_fini(&out);
		buf_fini(&why);
	}
}

static void
wrong_checksum_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct buf	 text = plain(1000), out = { 0 }, why = { 0 };
		struct buf	 p = packed(kinds[i], &text);

		if (strcmp(kinds[i], "zstd") == 0)
			goto next;	/* it has none by default */
		/* bzip2 has it before its last bits, xz before its index. */
		p.p[p.n - (strcmp(kinds[i], "gzip") == 0 ? 8 :
		    strcmp(kinds[i], "xz") == 0 ? 30 : 4)] ^= 1;
		assert_int_equal(unpack(&p, 4096, &out, &why), -1);
next:
		buf_fini(&text);
		buf_fini(&p);
		buf_fini(&out);
		buf_fini(&why);
	}
}

static void
gzip_may_be_filled_up_with_zeros_only(void **state)
{
	struct buf	 text = plain(1000), out = { 0 }, why = { 0 };
	struct buf	 p = packed("gzip", &text);

	(void)state;
	for (unsigned i = 0; i < 512; i++)
		buf_u8(&p, 0);
	assert_int_equal(unpack(&p, 100, &out, &why), 0);
	assert_int_equal(out.n, 1000);
	buf_str(&p, "more");
	assert_int_equal(unpack(&p, 100, &out, &why), -1);
	assert_int_equal(out.n, 2000);
	assert_string_equal(buf_cstr(&why),
	    "something else stands behind the gzip data");
	buf_fini(&text);
	buf_fini(&p);
	buf_fini(&out);
	buf_fini(&why);
}

/* Pieces stay small, however much comes out of them. */
static void
much_from_little_comes_in_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct buf		 zeros = { 0 }, p;
		struct file_source	*f;
		struct slice		 bytes;
		uint64_t		 sum = 0;
		int			 fd;

		memset(buf_room(&zeros, 16u << 20), 0, 16u << 20);
		zeros.n = 16u << 20;
		p = packed(kinds[i], &zeros);
		fd = file_of(&p);
		f = file_new(fd);
		while (file_more(f, &bytes) == 1) {
			assert_in_range(bytes.n, 1, 1u << 20);
			sum += bytes.n;
		}
		assert_int_equal(sum, 16u << 20);
		file_free(f);
		close(fd);
		buf_fini(&zeros);
		buf_fini(&p);
	}
}

static void
plain_source_looks_for_nothing(void **state)
{
	struct buf		 text = plain(100), p = packed("gzip", &text);
	const int		 fd = file_of(&p);
	struct file_source	*f = file_new_plain(fd, 4096);
	struct slice		 bytes;

	(void)state;
	assert_int_equal(file_more(f, &bytes), 1);
	assert_true(slice_eq(bytes, buf_bytes(&p)));
	assert_null(file_compression(f));
	assert_int_equal(file_more(f, &bytes), 0);
	file_free(f);
	close(fd);
	buf_fini(&text);
	buf_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kind_is_seen_from_the_first_bytes),
		cmocka_unit_test(ends_of_names_are_known),
		cmocka_unit_test(all_kinds_come_back_as_they_were),
		cmocka_unit_test(two_behind_each_other_are_one_stream),
		cmocka_unit_test(cut_short_is_said_and_gives_a_part),
		cmocka_unit_test(gzip_cut_short_gives_all_that_is_there),
		cmocka_unit_test(damage_is_said),
		cmocka_unit_test(wrong_checksum_is_said),
		cmocka_unit_test(gzip_may_be_filled_up_with_zeros_only),
		cmocka_unit_test(much_from_little_comes_in_pieces),
		cmocka_unit_test(plain_source_looks_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
