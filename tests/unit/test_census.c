/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_census.c - records counted by event.
 */
#include "play.h"

#include "engine/census.h"

/* How many records of this event; NULL: of all that have no name. */
static uint64_t
records(const struct census *c, enum dialect d, const char *event)
{
	struct census_row	 row;
	uint32_t		 at = 0;
	uint64_t		 n = 0;

	while (census_next(c, &at, &row)) {
		assert_true(row.records > 0);
		if (row.dialect == d && (row.event == NULL) ==
		    (event == NULL) && (event == NULL ||
		    strcmp(row.event, event) == 0))
			n += row.records;
	}
	return n;
}

static void
an_engine_counts_what_it_is_fed(void **state)
{
	struct play	*p = play_new(SEQ("s", S(R)));
	struct census	*c = census_new(p->c->names);

	(void)state;
	(void)play(p, "r0 w1");			/* nobody counts yet */
	engine_census(p->e, c);
	(void)play(p, "r2 w3 w4:! w5");
	assert_int_equal(records(c, DIALECT_FREEBSD, "AUE_OPEN_R"), 1);
	assert_int_equal(records(c, DIALECT_FREEBSD, NULL) + records(c,
	    DIALECT_FREEBSD, "AUE_OPEN_W") + records(c, DIALECT_FREEBSD,
	    "AUE_OPEN_WTC"), 3);
	engine_census(p->e, NULL);
	(void)play(p, "r6");
	assert_int_equal(records(c, DIALECT_FREEBSD, "AUE_OPEN_R"), 1);
	play_free(p);
	census_free(c);
	census_free(NULL);
}

static struct slice
with_event(uint8_t *p, uint8_t version, uint16_t event)
{
	static const uint8_t	 record[25] = { TOK_HEADER32, 0, 0, 0, 25,
	    [18] = TOK_TRAILER, 0xb1, 0x05, 0, 0, 0, 25 };

	memcpy(p, record, sizeof(record));
	p[5] = version;
	p[6] = (uint8_t)(event >> 8);
	p[7] = (uint8_t)event;
	return (struct slice){ p, sizeof(record) };
}

/* As bytes, where nobody wants them but for their headers. */
static void
records_that_nobody_wants_count_too(void **state)
{
	struct play		*p = play_new(SEQ("s", S(R)));
	struct census		*c = census_new(p->c->names);
	uint8_t			*bytes = xmalloc(4 * 25);
	struct engine_fed	 fed;
	int64_t			 newest;

	(void)state;
	(void)with_event(bytes, 11, 1);
	(void)with_event(bytes + 25, 11, 1);
	(void)with_event(bytes + 50, 2, 1);
	(void)with_event(bytes + 75, 11, 60000);	/* no such event */
	bytes[75 + 13] = 9;				/* its time */
	engine_census(p->e, c);
	fed = engine_feed_bytes(p->e, 0, (struct slice){ bytes, 99 }, 0);
	assert_int_equal(fed.records, 3);
	assert_int_equal(records(c, DIALECT_FREEBSD, "AUE_EXIT"), 2);
	assert_int_equal(records(c, DIALECT_SOLARIS, "AUE_EXIT"), 1);
	assert_int_equal(records(c, DIALECT_FREEBSD, NULL), 0);
	assert_true(engine_newest(p->e, &newest));
	assert_true(newest == 0);
	fed = engine_feed_bytes(p->e, 0, (struct slice){ bytes + 75, 25 }, 0);
	assert_int_equal(fed.records, 1);
	assert_int_equal(records(c, DIALECT_FREEBSD, NULL), 1);
	assert_true(engine_newest(p->e, &newest));
	assert_true(newest == 9);
	free(bytes);
	play_free(p);
	census_free(c);
}

static void
the_newest_record_is_that_of_any_source(void **state)
{
	struct play	*p = play_new(SEQ("s", S(R)));
	int64_t		 newest;

	(void)state;
	assert_false(engine_newest(p->e, &newest));
	(void)play(p, "r5 r90:@1 w7 r3");
	assert_true(engine_newest(p->e, &newest));
	assert_true(newest == PLAY_BEGINS + 90);
	play_free(p);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(an_engine_counts_what_it_is_fed),
		cmocka_unit_test(records_that_nobody_wants_count_too),
		cmocka_unit_test(the_newest_record_is_that_of_any_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
