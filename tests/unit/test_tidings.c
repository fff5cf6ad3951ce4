/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tidings.c - what comes out of reading, told later: nothing of it may
 * lead to what was lent. Parcels say whether two alerts are the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "alert_case.h"
#include "run/parcel.h"
#include "run/teller.h"
#include "run/tidings.h"

/* All that an alert borrows, to be spoilt once it was told. */
struct lent {
	struct alert_case	 a;
	struct alert_value	 key[2], bound[2];
	uint8_t			 address[4];
	char			 zone[5], host[5], file[7], object[5];
	struct alert_trigger	 trigger;
	struct alert_rule	 about;
};

static struct lent	*lent;
static struct tidings	 t;

static int
setup(void **state)
{
	struct alert	*a;

	(void)state;
	lent = calloc(1, sizeof(*lent));
	assert_non_null(lent);
	case_init(&lent->a, "/tmp/x", "some text");
	memcpy(lent->zone, "jail", 5);
	memcpy(lent->host, "www1", 5);
	memcpy(lent->file, "/tmp/y", 7);
	memcpy(lent->object, "/obj", 5);
	memcpy(lent->address, "\300\0\2\7", 4);
	lent->key[0] = (struct alert_value){ .name = "pid", .is_number = true,
	    .number = 1768 };
	lent->key[1] = (struct alert_value){ .name = "terminal",
	    .is_address = true, .bytes = { lent->address, 4 } };
	lent->bound[0] = (struct alert_value){ .name = "$file",
	    .bytes = { (uint8_t *)lent->file, 6 } };
	lent->bound[1] = (struct alert_value){ .name = "$long", .cut = true,
	    .bytes = { NULL, 70000 } };
	a = &lent->a.alert;
	a->key = lent->key;
	a->bound = lent->bound;
	a->nkey = a->nbound = 2;
	a->has_zone = true;
	a->zone = (struct slice){ (uint8_t *)lent->zone, 4 };
	for (unsigned i = 0; i < 9; i++)
		lent->a.steps[i] = (struct alert_step){ .state = i + 1,
		    .offset = 100 * i, .bytes = i == 4 ?
		    (struct slice){ NULL, 0 } : buf_bytes(&lent->a.bytes) };
	a->nsteps = 9;
	lent->a.view.host = lent->host;
	lent->about = a->rule;
	lent->trigger = (struct alert_trigger){ .rule = &lent->about,
	    .record = &lent->a.record, .has_object = true,
	    .object = { (uint8_t *)lent->object, 4 }, .auid = 1001 };
	t = (struct tidings){ 0 };
	return 0;
}

static void
spoil(void)
{
	if (lent == NULL)
		return;
	memset(lent->a.bytes.p, 0xa5, lent->a.bytes.n);
	case_fini(&lent->a);
	memset(lent, 0xa5, sizeof(*lent));
	free(lent);
	lent = NULL;
}

static int
teardown(void **state)
{
	(void)state;
	spoil();
	tidings_fini(&t);
	return 0;
}

static void
assert_packed(const struct sink_view *v, const struct buf *expected)
{
	struct buf	 packed = { 0 };

	parcel_put(&packed, v);
	assert_int_equal(packed.n, expected->n);
	assert_memory_equal(packed.p, expected->p, packed.n);
	buf_fini(&packed);
}

static void
alert_is_all_there_when_what_it_borrowed_is_gone(void **state)
{
	struct buf	 packed = { 0 };

	(void)state;
	parcel_put(&packed, &lent->a.view);
	tidings_put(&t, &(struct tiding){ .kind = TIDING_ALERT, .stream = 3,
	    .alert = { &lent->a.view, 7 } });
	spoil();
	assert_int_equal(t.n, 1);
	assert_int_equal(t.v[0].kind, TIDING_ALERT);
	assert_int_equal(t.v[0].stream, 3);
	assert_int_equal(t.v[0].alert.gone, 7);
	assert_packed(t.v[0].alert.view, &packed);
	buf_fini(&packed);
}

static void
trigger_is_all_there_with_its_alert(void **state)
{
	const struct alert_trigger	*told;
	struct sink_view		 view = lent->a.view;
	struct buf			 packed = { 0 }, record = { 0 };

	(void)state;
	view.host = NULL;
	parcel_put(&packed, &view);
	buf_slice(&record, lent->a.record.bytes);
	lent->trigger.alert = &lent->a.alert;
	tidings_put(&t, &(struct tiding){ .kind = TIDING_TRIGGER,
	    .trigger = { &lent->trigger, lent->host } });
	spoil();
	told = t.v[0].trigger.trigger;
	assert_string_equal(t.v[0].trigger.host, "www1");
	assert_string_equal(told->rule->label, "login");
	assert_true(slice_eq(told->record->bytes, buf_bytes(&record)));
	assert_true(slice_eq(told->object, slice_str("/obj")));
	assert_int_equal(told->auid, 1001);
	view.alert = told->alert;
	assert_packed(&view, &packed);
	buf_fini(&packed);
	buf_fini(&record);
}

static void
trigger_of_an_earlier_state_has_no_alert(void **state)
{
	(void)state;
	tidings_put(&t, &(struct tiding){ .kind = TIDING_TRIGGER,
	    .trigger = { &lent->trigger, NULL } });
	assert_null(t.v[0].trigger.trigger->alert);
	assert_null(t.v[0].trigger.host);
}

static void
words_and_records_are_copied(void **state)
{
	char			 why[] = "cut short", path[] = "/a/trail";
	uint8_t			 bytes[] = { 1, 2, 3 };
	struct batch_note	 note = { .kind = BATCH_WORDS, .why = why,
	    .path = path };

	(void)state;
	tidings_put(&t, &(struct tiding){ .kind = TIDING_NOTE, .note = &note });
	tidings_put(&t, &(struct tiding){ .kind = TIDING_MATCHED,
	    .record = { bytes, 3 } });
	tidings_put(&t, &(struct tiding){ .kind = TIDING_END, .why = why });
	tidings_put(&t, &(struct tiding){ .kind = TIDING_END });
	memset(why, 'x', 9);
	memset(path, 'x', 8);
	memset(&note, 0xa5, sizeof(note));
	bytes[0] = 9;
	assert_int_equal(t.n, 4);
	assert_string_equal(t.v[0].note->why, "cut short");
	assert_string_equal(t.v[0].note->path, "/a/trail");
	assert_int_equal(t.v[1].record.p[0], 1);
	assert_string_equal(t.v[2].why, "cut short");
	assert_null(t.v[3].why);
}

static void
put_mark(size_t stream, uint64_t records, bool counted)
{
	tidings_put(&t, &(struct tiding){ .kind = TIDING_MARK,
	    .stream = stream, .mark = { .records = records,
	    .counted = counted, .waiting = records } });
}

static void
only_the_last_mark_of_several_stays(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 100; i++)
		put_mark(0, i, i == 40);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.v[0].mark.records, 100);
	assert_true(t.v[0].mark.counted);	/* somebody asked for it */
	assert_int_equal(t.v[0].mark.waiting, 40);
	put_mark(1, 5, false);			/* of another stream */
	tidings_put(&t, &(struct tiding){ .kind = TIDING_UNKNOWN,
	    .event = 7 });
	put_mark(1, 6, false);			/* not right behind */
	assert_int_equal(t.n, 4);
	assert_int_equal(t.v[1].mark.records, 5);
}

static void
it_is_known_how_much_is_held(void **state)
{
	uint8_t	 bytes[1000] = { 0 };

	(void)state;
	assert_int_equal(t.bytes, 0);
	for (unsigned i = 1; i <= 10; i++) {
		tidings_put(&t, &(struct tiding){ .kind = TIDING_MATCHED,
		    .record = { bytes, 1000 } });
		assert_in_range(t.bytes, i * 1000, i * 1400);
	}
	tidings_clear(&t);
	assert_int_equal(t.bytes, 0);
	assert_int_equal(t.n, 0);
}

/* One who tells alerts, each larger than a block. */
struct talker {
	struct teller	 teller;
	struct tidings	 blocks[TELLER_BLOCKS];
	void		*list[TELLER_BLOCKS];
	atomic_uint	 told;
};

#define ALERTS		20u
#define ALERT_BYTES	((size_t)3 << 20)

static bool
talk(void *arg, void *block)
{
	struct talker		*w = arg;
	struct alert_step	 step = { .bytes = { NULL, ALERT_BYTES } };
	uint8_t			*bytes = calloc(1, ALERT_BYTES);

	step.bytes.p = bytes;
	lent->a.alert.steps = &step;
	lent->a.alert.nsteps = 1;
	teller_begin(&w->teller, block);
	for (unsigned i = 0; i < ALERTS && !w->teller.lost; i++) {
		w->told++;
		teller_tell(&w->teller, &(struct tiding){
		    .kind = TIDING_ALERT, .alert = { &lent->a.view, i } });
	}
	free(bytes);
	return false;
}

static void
one_large_alert_waits_and_not_one_for_each_block(void **state)
{
	const struct timespec	 moment = { .tv_nsec = 50000000 };
	struct talker		 w = { .told = 0 };
	const struct relay_work	 how = { talk, &w };
	const struct tidings	*block;
	unsigned		 n = 0;

	(void)state;
	for (size_t i = 0; i < TELLER_BLOCKS; i++)
		w.list[i] = &w.blocks[i];
	relay_begin(&w.teller.relay, &how, true, w.list, TELLER_BLOCKS);
	assert_true(relay_threaded(w.teller.relay));
	while ((block = relay_take(w.teller.relay)) != NULL) {
		for (size_t i = 0; i < block->n; i++)
			assert_int_equal(block->v[i].alert.gone, n++);
		(void)nanosleep(&moment, NULL);
		/* Two of them are more than TELLER_HELD. */
		assert_in_range(w.told, n, n + 1);
	}
	assert_int_equal(n, ALERTS);
	relay_free(w.teller.relay);
	for (size_t i = 0; i < TELLER_BLOCKS; i++)
		tidings_fini(&w.blocks[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    alert_is_all_there_when_what_it_borrowed_is_gone, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    trigger_is_all_there_with_its_alert, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    trigger_of_an_earlier_state_has_no_alert, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(words_and_records_are_copied,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    only_the_last_mark_of_several_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_known_how_much_is_held,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    one_large_alert_waits_and_not_one_for_each_block, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
