/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compile.c - what a rule becomes.
 */
#include <stdio.h>

#include "rule_case.h"

static void
a_rule_has_what_was_written(void **state)
{
	struct rule_case	*c = case_good("\n\nsequence \"a b\" {\n"
	    "	subject not <euid> { root; };\n"
	    "	timeout 2 hours; timeout-window 1 days; timeout-prob 40;\n"
	    "	priority 7; serial 9; scope process; zone jail*;\n"
	    "	description \"what\"; tags x, attack.t1110; reference \"r\";\n"
	    "	remedy \"do\"; enabled no;\n"
	    "	state { event not <auditevent> { 1; }; status failure;\n"
	    "		object not <path> { /a, /b, /a; }; multiplier 3; };\n"
	    "	state { event any; status success; };\n"
	    "};\n");
	const struct rule	*r = &c->program->rules[0];
	const struct state	*s = r->states;

	(void)state;
	assert_int_equal(c->program->nrules, 1);
	assert_string_equal(r->label, "a b");
	assert_string_equal(r->file, "main.conf");
	assert_int_equal(r->line, 3);
	assert_int_equal(r->subject, SUBJECT_EUID);
	assert_true(r->not_subject);
	assert_false(r->any_subject);
	assert_int_equal(r->timeout_s, 7200);
	assert_int_equal(r->window_s, 86400);
	assert_int_equal(r->window_prob, 40);
	assert_int_equal(r->priority, 7);
	assert_int_equal(r->serial, 9);
	assert_int_equal(r->scope, SCOPE_PROCESS);
	assert_int_equal(r->zone, ZONE_PATTERN);
	assert_string_equal(r->zone_pattern, "jail*");
	assert_string_equal(r->description, "what");
	assert_string_equal(r->tags[0], "x");
	assert_string_equal(r->tags[1], "attack.t1110");
	assert_null(r->tags[2]);
	assert_string_equal(r->reference, "r");
	assert_string_equal(r->remedy, "do");
	assert_false(r->enabled);
	assert_null(r->logfile);
	assert_int_equal(r->nchannels, 0);
	assert_int_equal(r->nstates, 2);
	assert_true(s[0].not_event);
	assert_int_equal(s[0].status, STATUS_FAILURE);
	assert_true(s[0].not_object);
	assert_int_equal(c->program->object_sets[s[0].objects].n, 2);
	assert_int_equal(s[0].multiplier, 3);
	assert_true(s[1].any_event);
	assert_int_equal(s[1].events, PROGRAM_NONE);
	assert_int_equal(s[1].objects, PROGRAM_NONE);
	assert_int_equal(s[1].status, STATUS_SUCCESS);
	assert_int_equal(s[1].multiplier, 1);
	assert_null(s[1].trigger);
	case_free(c);
}

static void
what_is_not_written_has_its_default(void **state)
{
	struct rule_case	*c = case_good(RULE(""));
	const struct rule	*r = &c->program->rules[0];

	(void)state;
	assert_true(r->any_subject);
	assert_int_equal(r->subject, SUBJECT_AUID);
	assert_int_equal(r->subjects, PROGRAM_NONE);
	assert_int_equal(r->timeout_s, 0);
	assert_int_equal(r->window_s, 0);
	assert_int_equal(r->window_prob, 65);
	assert_int_equal(r->scope, SCOPE_GLOBAL);
	assert_int_equal(r->zone, ZONE_FREE);
	assert_true(r->enabled);
	assert_null(r->description);
	assert_null(r->tags);
	case_free(c);
}

static void
scope_and_zone_have_their_words(void **state)
{
	struct rule_case	*c = case_good(RULE("scope session; zone any;")
	    RULE("scope thread; zone none;") RULE("scope global; zone NONE;"));
	const struct rule	*r = c->program->rules;

	(void)state;
	assert_int_equal(r[0].scope, SCOPE_SESSION);
	assert_int_equal(r[0].zone, ZONE_ANY);
	assert_int_equal(r[1].scope, SCOPE_PROCESS);
	assert_int_equal(r[1].zone, ZONE_NONE);
	assert_int_equal(r[2].scope, SCOPE_GLOBAL);
	assert_int_equal(r[2].zone, ZONE_PATTERN);
	case_free(c);
}

static void
the_last_of_repeated_options_counts(void **state)
{
	struct rule_case	*c = case_good(
	    "sequence s { subject <auid> { 1; }; subject <euid> { 7; };\n"
	    "zone any; zone b; priority 1; priority 2;\n"
	    "state { event <auditevent> { 1; }; event <auditevent> { 23; };\n"
	    "status success; status failure; object <path> { /a; };\n"
	    "object <pcre> { ^/b; }; }; };");
	const struct rule	*r = &c->program->rules[0];

	(void)state;
	assert_int_equal(r->subject, SUBJECT_EUID);
	assert_true(id_set_has(&c->program->id_sets[r->subjects], 7));
	assert_false(id_set_has(&c->program->id_sets[r->subjects], 1));
	assert_int_equal(r->zone, ZONE_PATTERN);
	assert_int_equal(r->priority, 2);
	assert_int_equal(r->states[0].status, STATUS_FAILURE);
	assert_true(event_set_has(
	    &c->program->event_sets[r->states[0].events], 0, 23));
	assert_int_equal(c->program->object_sets[r->states[0].objects].type,
	    OBJECT_PCRE);
	case_free(c);
}

static void
any_subject_stays_and_the_last_set_gives_the_kind(void **state)
{
	struct rule_case	*c = case_good(
	    RULE("subject not <euid> { 0; };") RULE("subject <euid> { 0; }; "
	    "subject any;"));
	const struct rule	*r = c->program->rules;

	(void)state;
	assert_true(r[0].any_subject);
	assert_int_equal(r[0].subject, SUBJECT_EUID);
	assert_true(r[1].any_subject);
	assert_int_equal(r[1].subject, SUBJECT_AUID);
	case_free(c);
}

static void
any_event_with_a_negated_set_matches_nothing(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event any; event not <auditevent> { 1; };")
	    STATE("event not <auditevent> { 1; }; event any;")
	    STATE("event <auditevent> { 1; }; event any;"));
	const struct rule	*r = c->program->rules;

	(void)state;
	assert_true(r[0].states[0].never);
	assert_true(r[1].states[0].never);
	assert_false(r[2].states[0].never);
	assert_true(r[2].states[0].any_event);
	case_free(c);
}

static void
classes_become_the_events_that_have_them(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event <auditclass> { fr, ex; };")
	    STATE("event not <auditclass> { fr, ex; };")
	    STATE("event not <auditclass> { no; };"));
	const struct program	*p = c->program;
	const struct state	*s0 = p->rules[0].states;
	const struct state	*s1 = p->rules[1].states;
	const struct state	*s2 = p->rules[2].states;
	const struct event_set	*in = &p->event_sets[s0->events];
	const struct event_set	*out = &p->event_sets[s1->events];

	(void)state;
	assert_true(in->classes);
	assert_int_equal(in->n[DIALECT_FREEBSD], 2);
	assert_true(event_set_has(in, DIALECT_FREEBSD, 23));
	assert_true(event_set_has(in, DIALECT_FREEBSD, 72));
	assert_int_equal(in->n[DIALECT_SOLARIS], 3);
	assert_true(event_set_has(in, DIALECT_SOLARIS, 300));
	/* Negated, it is the other known events: 4711 is in neither. */
	assert_false(s1->not_event);
	assert_int_equal(out->n[DIALECT_FREEBSD], 5);
	assert_true(event_set_has(out, DIALECT_FREEBSD, 0));
	assert_false(event_set_has(out, DIALECT_FREEBSD, 4711));
	assert_int_equal(p->event_sets[s2->events].n[DIALECT_FREEBSD], 7);
	case_free(c);
}

static void
equal_sets_are_kept_once(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $a <auid> { 1, 2; };\n"
	    "define set $p <path> { /a, /b; };\n"
	    "sequence a { subject $a; state { event <auditclass> { fr; };\n"
	    "status any; object $p; }; };\n"
	    "sequence b { subject <euid> { 2, 1, 2; };\n"
	    "state { event <auditclass> { 1, fr; }; status any;\n"
	    "object not <path> { /a, /b; }; }; };\n"
	    "sequence c { subject <auid> { 1, 2, 3; };\n"
	    "state { event <auditevent> { 72; }; status any;\n"
	    "object <path> { /b, /a; }; }; };\n"
	    "sequence d { subject <auid> { 1; };\n"
	    "state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
	    "object <pcre> { /a, /b; }; }; };\n");
	const struct program	*p = c->program;

	(void)state;
	assert_int_equal(p->nid_sets, 3);
	assert_int_equal(p->rules[0].subjects, p->rules[1].subjects);
	assert_int_equal(p->nevent_sets, 2);
	assert_int_equal(p->rules[0].states->events,
	    p->rules[1].states->events);
	assert_int_equal(p->rules[2].states->events,
	    p->rules[3].states->events);
	assert_int_equal(p->nobject_sets, 3);	/* their order may matter */
	assert_int_equal(p->rules[0].states->objects,
	    p->rules[1].states->objects);
	case_free(c);
}

static void
ids_depend_on_what_a_rule_means(void **state)
{
	struct rule_case	*a = case_good("define set $r <auid> { root; };"
	    "\nsequence s { priority 3; subject $r;\nstate { status any;\n"
	    "event any; }; timeout 60 seconds; };");
	struct rule_case	*b = case_good("sequence s { subject <auid> "
	    "{ root; }; timeout 1 minutes; priority 3; "
	    "state { event any; status any; }; };");
	struct rule_case	*d = case_good("sequence s { subject <auid> "
	    "{ bind; }; timeout 1 minutes; priority 3; "
	    "state { event any; status any; }; };");

	(void)state;
	assert_string_equal(case_rule(a), case_rule(b));
	assert_true(a->program->rules[0].id == b->program->rules[0].id);
	assert_true(a->program->rules[0].id != d->program->rules[0].id);
	case_free(a);
	case_free(b);
	case_free(d);
}

static void
rules_alike_count_up(void **state)
{
	struct rule_case	*c = case_good(RULE("") RULE("priority 1;")
	    RULE("") RULE(""));
	const struct rule	*r = c->program->rules;

	(void)state;
	assert_true(r[2].id == r[0].id + 1);
	assert_true(r[3].id == r[0].id + 2);
	assert_true(r[1].id != r[0].id);
	case_free(c);
}

static void
ids_are_the_same_on_every_machine(void **state)
{
	struct rule_case	*c = case_good(RULE(""));

	(void)state;
	assert_string_equal(case_rule(c),
	    "sequence s {\n\tsubject any;\n\tstate {\n\t\tevent any;\n"
	    "\t\tstatus any;\n\t};\n};\n");
	assert_int_equal(c->program->rules[0].id,
	    UINT64_C(0xd7b1a6b6cc167052));
	case_free(c);
}

static void
a_log_file_holds_for_what_follows_in_its_file(void **state)
{
	struct rule_case	*c = case_new(RULE("") "logfile a;" RULE("")
	    "include i.conf;" RULE("") "logfile bsmtrace.log;" RULE("")
	    "logfile b; logfile c;" RULE("") "include i.conf;");
	const struct rule	*r;

	(void)state;
	case_file(c, "i.conf", RULE("") "logfile i;" RULE(""));
	assert_non_null(case_run(c));
	r = c->program->rules;
	assert_null(r[0].logfile);
	assert_string_equal(r[1].logfile, "a");
	assert_null(r[2].logfile);
	assert_string_equal(r[3].logfile, "i");
	assert_string_equal(r[4].logfile, "a");
	assert_null(r[5].logfile);
	assert_string_equal(r[6].logfile, "c");
	assert_null(r[7].logfile);
	assert_int_equal(c->program->nlogfiles, 3);	/* nobody wants b */
	assert_ptr_equal(r[1].logfile, r[4].logfile);
	case_free(c);
}

static void
rules_of_includes_say_where_they_are(void **state)
{
	struct rule_case	*c = case_new("\ninclude i.conf;\n" RULE(""));

	(void)state;
	case_file(c, "i.conf", "\n\n\n" RULE(""));
	assert_non_null(case_run(c));
	assert_string_equal(c->program->rules[0].file, "i.conf");
	assert_int_equal(c->program->rules[0].line, 4);
	assert_string_equal(c->program->rules[1].file, "main.conf");
	assert_int_equal(c->program->rules[1].line, 3);
	case_free(c);
}

static void
channels_stand_last_named_first_and_once(void **state)
{
	struct rule_case	*c = case_good(
	    "log-channel a <stderr> { };\n"
	    "log-channel b <syslog> { priority local3.warning; };\n"
	    "log-channel c <bsm> { directory /var/x; };\n"
	    "log-channel a <syslog> { };\n"
	    RULE("log a; log <logchannel> { b, c, a; };"));
	const struct program	*p = c->program;
	const struct rule	*r = p->rules;

	(void)state;
	assert_int_equal(p->nchannels, 4);
	assert_int_equal(r->nchannels, 3);
	assert_int_equal(r->channels[0], 3);	/* the newer a */
	assert_int_equal(r->channels[1], 2);
	assert_int_equal(r->channels[2], 1);
	assert_int_equal(p->channels[1].type, CHANNEL_SYSLOG);
	assert_int_equal(p->channels[1].priority, 19 * 8 + 4);
	assert_string_equal(p->channels[2].directory, "/var/x");
	assert_null(p->channels[0].directory);
	assert_int_equal(p->channels[3].priority, 0);
	case_free(c);
}

static void
a_program_needs_nothing_else(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $o <path> { /tmp, \"a\\\"b\"; };\nlogfile x;"
	    STATE("event any; object $o; trigger \"/bin/x $object\";"));
	struct program		*p = c->program;
	struct buf		 out = { 0 };

	(void)state;
	c->program = NULL;
	case_free(c);
	assert_string_equal(p->rules[0].file, "main.conf");
	assert_string_equal(p->rules[0].logfile, "x");
	assert_true(slice_is(p->object_sets[0].entries[1], "a\"b"));
	program_list(p, &out);
	assert_non_null(strstr(buf_cstr(&out), "trigger [/bin/x] [$object]"));
	buf_fini(&out);
	program_free(p);
}

static void
ten_thousand_rules_are_no_trouble(void **state)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "sequence s%d { subject <auid> { %d, 7; };\n"
		    "state { event <auditclass> { fr; }; status any;\n"
		    "object <path> { /home/u%d; }; }; };\n", i, i, i);
	for (int i = 0; i < 2000; i++)
		buf_str(&text, RULE(""));
	c = case_good(buf_cstr(&text));
	assert_int_equal(c->program->nrules, 12000);
	assert_int_equal(c->program->nevent_sets, 1);
	case_free(c);
	buf_fini(&text);
}

/* Text that is forgotten must not be what later rules are compared with. */
static void
each_rule_is_itself_when_those_before_are_forgotten(void **state)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_printf(&text, "sequence s%d { subject any;\n"
		    "state { event <auditclass> { fr; }; status any;\n"
		    "object <path> { \"/a\\b%d\", /home; }; }; };\n", i,
		    i / 2);
	c = case_good(buf_cstr(&text));
	assert_int_equal(c->program->nrules, 300);
	assert_int_equal(c->program->nevent_sets, 1);
	assert_int_equal(c->program->nobject_sets, 150);
	for (uint32_t i = 0; i < 300; i++) {
		const struct rule	*r = &c->program->rules[i];
		char			 path[32];

		assert_int_equal(r->states[0].objects, i / 2);
		(void)snprintf(path, sizeof(path), "/ab%u", (unsigned)i / 2);
		assert_true(slice_is(
		    c->program->object_sets[i / 2].entries[0], path));
	}
	case_free(c);
	buf_fini(&text);
}

static void
alerts_are_waited_for_across_many_rules(void **state)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;

	(void)state;
	for (int i = 0; i < 200; i++) {
		buf_printf(&text, "sequence s%d { subject any; timeout 1 "
		    "hours; state { event any; status any; };\n", i);
		if (i % 50 == 10)
			buf_printf(&text, "state { event <alert> { s%d, s199; "
			    "}; status any; };\n", i + 5);
		buf_str(&text, "};\n");
	}
	c = case_good(buf_cstr(&text));
	for (uint32_t i = 0; i < 200; i++) {
		const struct rule	*r = &c->program->rules[i];

		assert_int_equal(r->awaited, i % 50 == 15 || i == 199);
		if (i % 50 != 10)
			continue;
		assert_int_equal(r->states[1].nalerts, 2);
		assert_int_equal(r->states[1].alerts[0], i + 5);
		assert_int_equal(r->states[1].alerts[1], 199);
	}
	case_free(c);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_rule_has_what_was_written),
		cmocka_unit_test(what_is_not_written_has_its_default),
		cmocka_unit_test(scope_and_zone_have_their_words),
		cmocka_unit_test(the_last_of_repeated_options_counts),
		cmocka_unit_test(
		    any_subject_stays_and_the_last_set_gives_the_kind),
		cmocka_unit_test(any_event_with_a_negated_set_matches_nothing),
		cmocka_unit_test(classes_become_the_events_that_have_them),
		cmocka_unit_test(equal_sets_are_kept_once),
		cmocka_unit_test(ids_depend_on_what_a_rule_means),
		cmocka_unit_test(rules_alike_count_up),
		cmocka_unit_test(ids_are_the_same_on_every_machine),
		cmocka_unit_test(a_log_file_holds_for_what_follows_in_its_file),
		cmocka_unit_test(rules_of_includes_say_where_they_are),
		cmocka_unit_test(channels_stand_last_named_first_and_once),
		cmocka_unit_test(a_program_needs_nothing_else),
		cmocka_unit_test(ten_thousand_rules_are_no_trouble),
		cmocka_unit_test(
		    each_rule_is_itself_when_those_before_are_forgotten),
		cmocka_unit_test(alerts_are_waited_for_across_many_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
