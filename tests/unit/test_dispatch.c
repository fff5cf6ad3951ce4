/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_dispatch.c - what a worker tells a courier that stands still, dies, or is
 * well.
 *
 * This process is the courier as well: it reads at the other end, when a test
 * wants it to.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "bsm/cursor.h"
#include "run/dispatch.h"
#include "run/roles.h"

#define SIZE	1000u		/* bytes of an alert here */
#define QUARTER	(DISPATCH_WINDOW / 4)
#define MANY	60000u		/* of them: more than may be on their way */

struct scene {
	struct event_base	*base;
	struct dispatch		*dispatch;
	struct channel		*courier;	/* its end */
	struct buf		 log;
	unsigned		 gone;
	uint64_t		 alert, question; /* that it has had */
	uint64_t		 alerts, errands; /* how many */
	uint32_t		 rules;
	bool			 in_order;
};

static void
on_line(void *arg, int level, const char *text)
{
	struct scene	*s = arg;

	(void)level;
	buf_printf(&s->log, "%s\n", text);
}

static void
on_gone(void *arg)
{
	struct scene	*s = arg;

	s->gone++;
}

static void
on_durable(void *arg, struct slice bytes)
{
	(void)arg;
	(void)bytes;
}

static void
on_nothing(void *arg)
{
	(void)arg;
}

static bool
on_hurry(void *arg)
{
	(void)arg;
	return false;
}

/* The other end; the first one has it closed here. */
static int
new_courier(struct scene *s)
{
	int	 ends[2];

	assert_int_equal(channel_pair(ends), 0);
	channel_free(s->courier);
	s->courier = channel_new(ends[1], ROLES_MAX);
	s->alert = s->question = s->alerts = s->errands = 0;
	s->rules = UINT32_MAX;
	s->in_order = true;
	return ends[0];
}

static void
begin(struct scene *s)
{
	const struct dispatch_to	 to = { on_durable, on_gone,
	    on_nothing, on_hurry, s };

	*s = (struct scene){ .base = event_base_new() };
	log_divert(on_line, s);
	s->dispatch = dispatch_new(new_courier(s),
	    open("/dev/null", O_RDONLY | O_CLOEXEC), 7, &to);
	dispatch_begin(s->dispatch, s->base);
}

static void
end(struct scene *s)
{
	log_divert(NULL, NULL);
	dispatch_free(s->dispatch);
	channel_free(s->courier);
	event_base_free(s->base);
	buf_fini(&s->log);
}

static void
raise_alert(struct scene *s)
{
	struct buf	 b = { 0 };

	buf_u64(&b, dispatch_number(s->dispatch));
	while (b.n < SIZE)
		buf_u8(&b, (uint8_t)b.n);
	dispatch_alert(s->dispatch, &b);
}

static void
run_trigger(struct scene *s, bool of_alert)
{
	struct buf	 b = { 0 };

	while (b.n < 100)
		buf_u8(&b, 0);
	dispatch_errand(s->dispatch, &b, of_alert);
}

/* As the courier. */

static void
take(struct scene *s, const struct message *m)
{
	switch (m->type) {
	case ROLES_ALERT:
		s->in_order &= be64(m->bytes.p) > s->alert;
		s->alert = be64(m->bytes.p);
		s->alerts++;
		break;
	case ROLES_ERRAND:
		s->errands++;
		break;
	case ROLES_RULES:
		s->rules = be32(m->bytes.p);
		break;
	default:
		s->question = be64(m->bytes.p);
	}
}

static void
tell(struct scene *s)
{
	struct buf	 b = { 0 };

	buf_u64(&b, s->alert);
	buf_u64(&b, s->question);
	for (unsigned i = 0; i < 5; i++)
		buf_u64(&b, 0);
	assert_int_equal(roles_send(s->courier, COURIER_TO_WORKER, ROLES_TOLD,
	    &b, -1), 0);
	assert_int_equal(channel_flush(s->courier, true), 0);
	buf_fini(&b);
}

/* Take what has come; and, if it is written, say so. */
static void
read_some(struct scene *s, bool told)
{
	struct message	 m;
	const char	*why;

	while (channel_fill(s->courier, false) == 1)
		while (roles_next(s->courier, WORKER_TO_COURIER, &m, &why) ==
		    1)
			take(s, &m);
	if (told)
		tell(s);
	(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	dispatch_flush(s->dispatch);
}

static struct spill_stats
waiting(const struct scene *s)
{
	struct spill_stats	 waiting = { 0 };
	struct sinks_stats	 sinks = { 0 };

	dispatch_stats(s->dispatch, &sinks, &waiting);
	return waiting;
}

static uint64_t
lost(const struct scene *s)
{
	struct spill_stats	 waiting = { 0 };
	struct sinks_stats	 sinks = { 0 };

	dispatch_stats(s->dispatch, &sinks, &waiting);
	return sinks.lost;
}

/* Files may not grow: a disk that is full. */
static void
limit_files(struct rlimit *before)
{
	struct rlimit	 small;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, before), 0);
	small = *before;
	small.rlim_cur = 1u << 20;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
}

static void
what_is_told_arrives_in_order(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	for (unsigned i = 0; i < 10; i++)
		raise_alert(&s);
	run_trigger(&s, true);
	dispatch_rules(s.dispatch, 8);
	assert_int_equal(waiting(&s).items, 10);
	dispatch_flush(s.dispatch);
	read_some(&s, true);
	assert_int_equal(s.alerts, 10);
	assert_int_equal(s.errands, 1);
	assert_int_equal(s.rules, 8);
	assert_true(s.in_order);
	assert_int_equal(waiting(&s).items, 0);
	end(&s);
}

static void
one_who_stands_still_holds_nobody(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	for (unsigned i = 0; i < MANY; i++)
		raise_alert(&s);
	run_trigger(&s, true);
	assert_int_equal(waiting(&s).items, MANY);
	assert_in_range(waiting(&s).on_disk, 20000000, MANY * SIZE);
	assert_false(dispatch_idle(s.dispatch));
	for (unsigned i = 0; i < 100000 && s.errands == 0; i++)
		read_some(&s, true);
	read_some(&s, true);
	assert_int_equal(s.alerts, MANY);
	assert_true(s.in_order);
	assert_int_equal(s.errands, 1);
	assert_int_equal(waiting(&s).items, 0);
	assert_int_equal(waiting(&s).on_disk, 0);
	assert_true(dispatch_idle(s.dispatch));
	end(&s);
}

/* What it reads, and does not say is written, stays here. */
static void
no_more_is_under_way_than_the_window(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	for (unsigned i = 0; i < MANY; i++)
		raise_alert(&s);
	for (unsigned i = 0; i < 1000; i++)
		read_some(&s, false);
	assert_in_range(s.alerts, (DISPATCH_WINDOW - QUARTER) / SIZE,
	    DISPATCH_WINDOW / SIZE);
	end(&s);
}

static void
another_courier_gets_what_was_not_written(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	for (unsigned i = 0; i < 100; i++)
		raise_alert(&s);
	dispatch_flush(s.dispatch);
	read_some(&s, true);			/* these are */
	dispatch_rules(s.dispatch, 8);
	run_trigger(&s, false);
	for (unsigned i = 0; i < MANY; i++)
		raise_alert(&s);
	read_some(&s, false);			/* these are not */
	dispatch_meet(s.dispatch, new_courier(&s));
	assert_int_equal(s.gone, 1);
	read_some(&s, false);
	assert_int_equal(s.rules, 8);
	for (unsigned i = 0; i < 100000 && s.alerts < MANY; i++)
		read_some(&s, true);
	assert_int_equal(s.alerts, MANY);
	assert_true(s.in_order);
	assert_int_equal(s.errands, 0);		/* it may have been run */
	assert_non_null(strstr(buf_cstr(&s.log), "1 triggers may not"));
	end(&s);
}

/* Its death is seen by who sends, before anybody has listened. */
static void
what_one_has_said_before_it_died_counts(void **state)
{
	struct scene	 s;
	struct message	 m;
	const char	*why;

	(void)state;
	begin(&s);
	raise_alert(&s);
	dispatch_flush(s.dispatch);
	while (channel_fill(s.courier, false) == 1)
		while (roles_next(s.courier, WORKER_TO_COURIER, &m, &why) ==
		    1)
			take(&s, &m);
	assert_int_equal(s.alerts, 1);
	tell(&s);
	channel_free(s.courier);
	s.courier = NULL;
	raise_alert(&s);
	dispatch_flush(s.dispatch);
	raise_alert(&s);
	dispatch_meet(s.dispatch, new_courier(&s));
	assert_int_equal(s.gone, 1);
	read_some(&s, false);
	assert_int_equal(s.alerts, 2);
	assert_int_equal(waiting(&s).items, 2);
	end(&s);
}

/* It was started when the worker had these, and has newer ones itself. */
static void
it_hears_of_which_rules_the_first_alert_is(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	raise_alert(&s);
	dispatch_rules(s.dispatch, 8);
	dispatch_meet(s.dispatch, new_courier(&s));
	dispatch_rules(s.dispatch, 9);
	raise_alert(&s);
	dispatch_meet(s.dispatch, new_courier(&s));
	read_some(&s, false);
	assert_int_equal(s.alerts, 2);
	assert_int_equal(s.rules, 9);
	tell(&s);
	read_some(&s, false);
	dispatch_meet(s.dispatch, new_courier(&s));
	read_some(&s, false);
	assert_int_equal(s.alerts, 0);
	assert_int_equal(s.rules, 9);
	end(&s);
}

static void
what_has_no_room_is_lost_and_counted(void **state)
{
	struct rlimit	 before;
	struct scene	 s;

	(void)state;
	begin(&s);
	limit_files(&before);
	for (unsigned i = 0; i < MANY; i++)
		raise_alert(&s);
	run_trigger(&s, true);			/* of one that is lost */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_in_range(lost(&s), 1, MANY);
	assert_int_equal(waiting(&s).items, MANY - lost(&s));
	assert_int_equal(dispatch_refused(s.dispatch), 1);
	assert_non_null(strstr(buf_cstr(&s.log), "cannot go on on disk: "));
	for (unsigned i = 0; i < 100000 && s.alerts < MANY - lost(&s); i++)
		read_some(&s, true);
	assert_int_equal(s.alerts, MANY - lost(&s));
	assert_true(s.in_order);
	assert_int_equal(s.errands, 0);
	dispatch_pulse(s.dispatch);
	assert_non_null(strstr(buf_cstr(&s.log), "has room again; "));
	end(&s);
}

static void
a_question_waits_for_all_that_was_before(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	for (unsigned i = 0; i < 100; i++)
		raise_alert(&s);
	dispatch_flush(s.dispatch);
	read_some(&s, false);
	assert_int_equal(s.question, 0);
	s.question = 1;				/* it will be the first */
	tell(&s);
	dispatch_settle(s.dispatch);
	read_some(&s, false);
	assert_int_equal(s.question, 1);
	assert_int_equal(waiting(&s).items, 0);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_told_arrives_in_order),
		cmocka_unit_test(one_who_stands_still_holds_nobody),
		cmocka_unit_test(no_more_is_under_way_than_the_window),
		cmocka_unit_test(another_courier_gets_what_was_not_written),
		cmocka_unit_test(what_one_has_said_before_it_died_counts),
		cmocka_unit_test(it_hears_of_which_rules_the_first_alert_is),
		cmocka_unit_test(what_has_no_room_is_lost_and_counted),
		cmocka_unit_test(a_question_waits_for_all_that_was_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
