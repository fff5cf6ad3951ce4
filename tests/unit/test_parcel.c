/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "alert_case.h"
#include "draw.h"
#include "run/parcel.h"
#include "sink/evidence.h"

#define CHANNELS 3u	/* that there are */

static struct alert_case	 a;
static struct buf		 packed;

static const uint8_t		 address[16] = { 0x20, 1, 0xd, 0xb8, [15] = 7 };
static const struct alert_value	 key[] = {
	{ .name = "pid", .is_number = true, .number = UINT64_MAX },
	{ .name = "address", .is_address = true, .bytes = { address, 16 } },
};
static const struct alert_value	 bound[] = {
	{ .name = "$file", .bytes = { (const uint8_t *)"/tmp/\0x", 7 } },
	{ .name = "$none", .bytes = { (const uint8_t *)"", 0 } },
	{ .name = "$long", .cut = true, .bytes = { NULL, 70000 } },
};

/* An alert in which everything is said that can be. */
static int
setup(void **state)
{
	static const char *const	 tags[] = { "attack.t1110", "", NULL };
	static const uint32_t		 channels[] = { 2, 0 };

	(void)state;
	case_init(&a, "/tmp/x", "some text");
	a.alert.rule.description = "somebody guesses";
	a.alert.rule.reference = "https://example.org/\n";
	a.alert.rule.remedy = "";
	a.alert.rule.logfile = "ssh.log";
	a.alert.rule.scope = "process";
	a.alert.rule.tags = tags;
	a.alert.rule.channels = channels;
	a.alert.rule.nchannels = 2;
	a.alert.rule.priority = -5;
	a.alert.rule.serial = 12;
	a.alert.key = key;
	a.alert.nkey = 2;
	a.alert.bound = bound;
	a.alert.nbound = 3;
	a.alert.has_zone = true;
	a.alert.zone = slice_str("jail");
	a.alert.has_scope = true;
	a.alert.scope = 1768;
	a.alert.held_back = 4;
	a.alert.absence = true;
	a.alert.duration_s = -3;
	a.alert.records = 4711;
	for (unsigned i = 0; i < 150; i++)
		a.steps[i] = (struct alert_step){ .state = i + 1, .source = 2,
		    .offset = 1000 * i, .quality = i % 3, .bytes = i % 7 == 0 ?
		    (struct slice){ NULL, 0 } : buf_bytes(&a.bytes) };
	a.alert.nsteps = 150;
	a.view.host = "www1";
	packed = (struct buf){ 0 };
	parcel_put(&packed, &a.view);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_fini(&packed);
	case_fini(&a);
	return 0;
}

/* The bytes in a block of their exact length, for the sanitizers. */
static uint8_t *
block(struct slice s)
{
	uint8_t	*p = malloc(s.n == 0 ? 1 : s.n);

	assert_non_null(p);
	memcpy(p, s.p, s.n);
	return p;
}

static int
open_evidence(void *arg, const char *base, const char *dir, const char *file,
    struct buf *path)
{
	(void)base;
	(void)file;
	buf_str(path, dir);
	return dup(fileno(arg));
}

/* All that sinks make of an alert, one behind the other. */
static void
shown(struct buf *out, const struct sink_view *v)
{
	FILE		*evidence = tmpfile();
	struct buf	 path = { 0 };
	size_t		 missing;
	int		 c;

	assert_non_null(evidence);
	for (const struct sink_format *f = sink_formats(); f->name != NULL; f++)
		f->put(out, v, &a.world);
	evidence_notice(out, v, "/evidence");
	assert_int_equal(evidence_write(open_evidence, evidence, NULL,
	    v->alert, &path, &missing), 0);
	buf_printf(out, "%s %zu\n", buf_cstr(&path), missing);
	rewind(evidence);
	while ((c = getc(evidence)) != EOF)
		buf_char(out, (char)c);
	fclose(evidence);
	buf_fini(&path);
}

/* It looks the same to every sink, and its bytes come out again. */
static void
comes_back(void)
{
	struct buf	 before = { 0 }, after = { 0 }, again = { 0 };
	uint8_t		*bytes = block(buf_bytes(&packed));
	struct parcel	 p;

	assert_true(parcel_init(&p, (struct slice){ bytes, packed.n },
	    CHANNELS));
	shown(&before, &a.view);
	shown(&after, &p.view);
	parcel_put(&again, &p.view);
	assert_true(slice_eq(buf_bytes(&before), buf_bytes(&after)));
	assert_true(slice_eq(buf_bytes(&packed), buf_bytes(&again)));
	parcel_fini(&p);
	free(bytes);
	buf_fini(&before);
	buf_fini(&after);
	buf_fini(&again);
}

static void
full_alert_comes_back_as_it_was(void **state)
{
	(void)state;
	comes_back();
}

static void
bare_alert_comes_back_as_it_was(void **state)
{
	struct alert_case	 bare;

	(void)state;
	case_init(&bare, NULL, NULL);
	bare.alert.nsteps = 0;
	buf_clear(&packed);
	parcel_put(&packed, &bare.view);
	a.view.alert = &bare.alert;
	a.view.host = NULL;
	comes_back();
	case_fini(&bare);
}

static void
what_no_text_shows_comes_back_too(void **state)
{
	struct parcel		 p;
	const struct alert	*b = &p.alert;

	(void)state;
	assert_true(parcel_init(&p, buf_bytes(&packed), CHANNELS));
	assert_int_equal(b->rule.nchannels, 2);
	assert_int_equal(b->rule.channels[0], 2);
	assert_int_equal(b->rule.channels[1], 0);
	assert_string_equal(b->rule.logfile, "ssh.log");
	assert_int_equal(b->steps[149].source, 2);
	assert_int_equal(b->steps[149].quality, 149 % 3);
	assert_int_equal(b->last->event, 23);
	assert_int_equal(record_pid(b->last), 1768);
	assert_true(b->bound[2].cut);
	assert_int_equal(b->bound[2].bytes.n, 70000);
	assert_string_equal(p.view.source, "trail.bsm");
	parcel_fini(&p);
}

static void
every_prefix_is_refused(void **state)
{
	struct parcel	 p;

	(void)state;
	for (size_t n = 0; n < packed.n; n++) {
		uint8_t	*bytes = block((struct slice){ packed.p, n });

		assert_false(parcel_init(&p, (struct slice){ bytes, n },
		    CHANNELS));
		free(bytes);
	}
}

static void
bytes_behind_it_are_refused(void **state)
{
	struct parcel	 p;

	(void)state;
	buf_char(&packed, '\0');
	assert_false(parcel_init(&p, buf_bytes(&packed), CHANNELS));
}

static void
other_version_is_refused(void **state)
{
	struct parcel	 p;

	(void)state;
	assert_int_equal(packed.p[7], PARCEL_VERSION);
	packed.p[7]++;
	assert_false(parcel_init(&p, buf_bytes(&packed), CHANNELS));
}

static void
channel_that_there_is_not_is_refused(void **state)
{
	struct parcel	 p;

	(void)state;
	assert_true(parcel_init(&p, buf_bytes(&packed), 3));
	parcel_fini(&p);
	assert_false(parcel_init(&p, buf_bytes(&packed), 2));
}

static void
text_with_a_nul_in_it_is_refused(void **state)
{
	struct parcel	 p;

	(void)state;
	assert_memory_equal(packed.p + 12, "login", 6);
	packed.p[14] = '\0';
	assert_false(parcel_init(&p, buf_bytes(&packed), CHANNELS));
}

/* Whatever is changed, it is refused or can be shown. */
static void
changed_bytes_do_no_harm(void **state)
{
	static struct lot	 l;
	unsigned		 opened = 0;

	(void)state;
	lot_seed(&l, 4711);
	for (unsigned i = 0; i < 3000; i++) {
		struct buf	 out = { 0 };
		uint8_t		*bytes = block(buf_bytes(&packed));
		struct parcel	 p;

		for (unsigned k = lot_below(&l, 4) + 1; k > 0; k--)
			bytes[lot_below(&l, (uint32_t)(i % 2 == 0 ? 600 :
			    packed.n))] = (uint8_t)lot_below(&l, 256);
		if (parcel_init(&p, (struct slice){ bytes, packed.n },
		    CHANNELS)) {
			for (const struct sink_format *f = sink_formats();
			    i % 16 == 0 && f->name != NULL; f++)
				f->put(&out, &p.view, &a.world);
			parcel_fini(&p);
			opened++;
		}
		free(bytes);
		buf_fini(&out);
	}
	assert_in_range(opened, 300, 2900);
}

/* From the middle on; what is left is as it was. */
static void
records_give_way_where_there_is_no_room(void **state)
{
	struct alert_step	*steps = a.alert.steps;
	struct buf		 b = { 0 };
	struct parcel		 p;
	size_t			 gone = 0, left = 0;

	(void)state;
	assert_true(parcel_put_within(&b, &a.view, packed.n, &gone));
	assert_int_equal(gone, 0);
	assert_true(slice_eq(buf_bytes(&b), buf_bytes(&packed)));
	buf_clear(&b);
	assert_true(parcel_put_within(&b, &a.view, packed.n - 1, &gone));
	assert_int_equal(gone, 1);
	assert_true(b.n < packed.n);
	assert_true(parcel_init(&p, buf_bytes(&b), CHANNELS));
	for (size_t i = 0; i < p.alert.nsteps; i++)
		left += p.alert.steps[i].bytes.n > 0;
	for (size_t i = 0; i < a.alert.nsteps; i++)
		left -= steps[i].bytes.n > 0;
	assert_int_equal(left, (size_t)-1);
	parcel_fini(&p);
	gone = 0;
	buf_clear(&b);
	assert_false(parcel_put_within(&b, &a.view, 20, &gone));
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(full_alert_comes_back_as_it_was),
		TEST(bare_alert_comes_back_as_it_was),
		TEST(what_no_text_shows_comes_back_too),
		TEST(every_prefix_is_refused),
		TEST(bytes_behind_it_are_refused),
		TEST(other_version_is_refused),
		TEST(channel_that_there_is_not_is_refused),
		TEST(text_with_a_nul_in_it_is_refused),
		TEST(changed_bytes_do_no_harm),
		TEST(records_give_way_where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
