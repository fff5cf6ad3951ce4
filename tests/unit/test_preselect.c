/* SPDX-License-Identifier: BSD-2-Clause */
/* With the built-in tables of FreeBSD, or of macOS where that is said. */
#include "rule_case.h"

#include <stdio.h>

#include "pipedevice.h"
#include "run/loader.h"
#include "run/preselect.h"

/* A case with the tables that are built in. */
static struct rule_case *
real_case(const char *text)
{
	struct rule_case	*c = case_new(text);

	names_free(c->names);
	c->names = names_new();
	c->env.names = c->names;
	if (case_run(c) == NULL)
		fail_msg("refused: %s", case_said(c));
	return c;
}

/* The flags of a rule file, and behind a slash those of nobody. */
static const char *
flags_of(struct rule_case *c, enum dialect d)
{
	struct preselect	 p;

	preselect_make(&p, c->program, c->names, d);
	buf_clear(&c->said);
	if (p.trail) {
		buf_printf(&c->said, "trail, for %s",
		    c->program->rules[p.rule].label);
		return buf_cstr(&c->said);
	}
	preselect_flags(&p.flags, c->names, d, &c->said);
	buf_str(&c->said, " / ");
	preselect_flags(&p.naflags, c->names, d, &c->said);
	if (p.outside > 0)
		buf_printf(&c->said, "; %zu outside, %u", p.outside,
		    p.outside_event);
	return buf_cstr(&c->said);
}

static void
needs(const char *text, const char *flags)
{
	struct rule_case	*c = real_case(text);

	assert_string_equal(flags_of(c, DIALECT_FREEBSD), flags);
	case_free(c);
}

#define STATE_OF(events, more) \
	"sequence s { subject any; state { event <auditevent> { " events \
	"; }; " more " }; };\n"

static void
only_enabled_rules_count(void **state)
{
	(void)state;
	needs("sequence s { subject any; enabled no;"
	    " state { event <auditevent> { AUE_EXECVE; }; status any; }; };\n",
	    "no / no");
}

static void
outcome_of_a_state_is_the_outcome_of_its_flags(void **state)
{
	(void)state;
	needs(STATE_OF("AUE_UNLINK", "status any;"), "fd / fd");
	needs(STATE_OF("AUE_UNLINK", "status success;"), "+fd / +fd");
	needs(STATE_OF("AUE_UNLINK", "status failure;"), "-fd / -fd");
}

static void
of_several_classes_the_lightest_is_enough(void **state)
{
	(void)state;
	/* pc has fork, exit, kill and many more besides */
	needs(STATE_OF("AUE_EXECVE", "status any;"), "ex / ex");
}

static void
class_that_is_needed_in_any_case_is_enough(void **state)
{
	(void)state;
	/* OPEN_WC is in fc, fw, fa and fm; OPEN_W in fw alone. */
	needs(STATE_OF("AUE_OPEN_W, AUE_OPEN_WC, AUE_OPEN_WT",
	    "status success;"), "+fw / +fw");
}

static void
sets_of_classes_are_these_classes(void **state)
{
	(void)state;
	needs("sequence s { subject any; state { event <auditclass> { fw, fc, "
	    "lo; }; status success; }; };\n", "+fw,+fc,+lo / +fw,+fc,+lo");
}

static void
subjects_that_are_users_are_not_nobody(void **state)
{
	(void)state;
	needs("sequence s { subject <auid> { 1001; };"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n",
	    "fd / no");
	needs("sequence s { subject <auid> { -1; };"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n",
	    "fd / fd");
	needs("define set $us <auid> { 1001; };\n"
	    "sequence s { subject not $us;"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n",
	    "fd / fd");
	needs("sequence s { subject <euid> { 0; };"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n",
	    "fd / fd");
}

static void
any_event_is_what_the_trail_selects(void **state)
{
	(void)state;
	needs("sequence all { subject any;"
	    " state { event any; status any; }; };\n", "trail, for all");
	needs("define set $e <auditevent> { AUE_EXECVE; };\n"
	    "sequence most { subject any;"
	    " state { event not $e; status any; }; };\n", "trail, for most");
	needs("define set $e <auditclass> { lo; };\n"
	    "sequence most { subject any;"
	    " state { event not $e; status any; }; };\n", "trail, for most");
}

static void
what_cancels_is_needed_too(void **state)
{
	(void)state;
	needs("sequence s { subject any;"
	    " cancel { event <auditevent> { AUE_RMDIR; }; status success; };"
	    " state { event <auditevent> { AUE_CHDIR; }; status any; };"
	    " state { event <auditevent> { AUE_SETUID; }; status any; }; };\n",
	    "+fd,pc / +fd,pc");
}

static void
strict_rule_breaks_at_any_event(void **state)
{
	(void)state;
	needs("sequence s { subject any; strict;"
	    " state { event <auditevent> { AUE_CHDIR; }; status any; };"
	    " state { event <auditevent> { AUE_SETUID; }; status any; }; };\n",
	    "trail, for s");
}

static void
rule_that_sees_only_some_events_breaks_at_these(void **state)
{
	(void)state;
	needs("define set $logins <auditclass> { lo; };\n"
	    "sequence s { subject any; strict; except { event not $logins; };"
	    " state { event <auditevent> { AUE_ssh; }; status failure; };"
	    " state { event any; status success; }; };\n", "lo / lo");
}

static void
whoever_asks_who_ran_it_needs_the_life_of_processes(void **state)
{
	(void)state;
	/* exit is in pc alone, so exec needs no ex */
	needs(STATE_OF("AUE_UNLINK", "status any;"
	    " image <exact> { /bin/sh; };"), "fd,+pc / fd,+pc");
}

static void
files_known_by_inode_need_those_who_open_them(void **state)
{
	(void)state;
	needs(STATE_OF("AUE_FCHMOD", "status any;"), "fm / fm");
	needs(STATE_OF("AUE_CHMOD", "status any; object <path> { /etc/; };"), "fm / fm");
	needs(STATE_OF("AUE_FCHMOD", "status any; object <path> { /etc/; };"),
	    "+fr,+fw,fm / +fr,+fw,fm");
	needs("options { path-cache off; };\n"
	    STATE_OF("AUE_FCHMOD", "status any; object <path> { /etc/; };"), "fm / fm");
	needs("options { path-cache follow; };\n"
	    STATE_OF("AUE_FCHMOD", "status any; object <path> { /etc/; };"),
	    "+fr,+fw,fm,+fd / +fr,+fw,fm,+fd");
}

static void
events_in_no_class_are_counted(void **state)
{
	(void)state;
	needs(STATE_OF("AUE_UNLINK, AUE_READ, AUE_WRITE", "status any;"),
	    "fd / fd; 2 outside, 192");
}

static void
tables_of_macos_have_classes_of_their_own(void **state)
{
	struct rule_case	*c = real_case(STATE_OF("AUE_MAC_EXECVE",
	    "status any;"));

	(void)state;
	assert_string_equal(flags_of(c, DIALECT_MACOS), "ex / ex");
	case_free(c);
}

/*
 * Whatever the rules are: each event that a state listens to passes the masks,
 * as the kernel reads them.
 */
static void
all_that_rules_listen_to_passes(struct rule_case *c, enum dialect d)
{
	const struct program	*p = c->program;
	struct pipedevice	 pipe;
	struct preselect	 s;

	pipedevice_init(&pipe);
	preselect_make(&s, p, c->names, d);
	pipe.mode = AUDITDEV_MODE_LOCAL;
	pipe.flags.success = (uint32_t)s.flags.success;
	pipe.flags.failure = (uint32_t)s.flags.failure;
	for (size_t i = 0; i < p->nevent_sets; i++) {
		const struct event_set	*set = &p->event_sets[i];

		for (size_t k = 0; k < set->n[d]; k++) {
			const struct event_name	*e = names_event(c->names, d,
			    set->numbers[d][k]);

			if (e == NULL || (uint32_t)e->classes == 0)
				continue;
			assert_true(pipedevice_selects(&pipe, e->classes, true,
			    true));
			assert_true(pipedevice_selects(&pipe, e->classes,
			    false, true));
		}
	}
}

static void
masks_select_every_event_of_every_set(void **state)
{
	static const char *const	 sets[] = {
		"<auditevent> { AUE_OPEN_RTC, AUE_OPEN_WC, AUE_RENAME; }",
		"<auditevent> { AUE_OPEN_RWTC, AUE_EXECVE, AUE_MMAP; }",
		"<auditevent> { AUE_login, AUE_OPEN_RC, AUE_SOCKET; }",
		"<auditclass> { fm; }", "<auditclass> { nt, ip; }",
		"<auditclass> { fc, cl, ad; }"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct rule_case	*c;
		char			 text[256];

		(void)snprintf(text, sizeof(text), "sequence s { subject any; "
		    "state { event %s; status any; }; };\n", sets[i]);
		c = real_case(text);
		all_that_rules_listen_to_passes(c, DIALECT_FREEBSD);
		all_that_rules_listen_to_passes(c, DIALECT_MACOS);
		case_free(c);
	}
}

static void
shipped_rules_need_classes_and_not_all_of_them(void **state)
{
	const char		*top = getenv("TOP");
	struct rule_case	*c = case_new("");
	struct buf		 path = { 0 };

	(void)state;
	if (top == NULL)
		skip();
	buf_printf(&path, "%s/rules/bsmtrace.conf", top);
	names_free(c->names);
	c->names = names_new();
	c->env = loader_env(c->names, &c->accounts);
	c->program = rules_load(&c->env, buf_cstr(&path), c->diags);
	if (c->program == NULL)
		fail_msg("refused: %s", case_said(c));
	(void)flags_of(c, DIALECT_FREEBSD);
	assert_null(strstr(buf_cstr(&c->said), "trail"));
	assert_non_null(strstr(buf_cstr(&c->said), ",lo,"));
	assert_null(strstr(buf_cstr(&c->said), ",cl,"));	/* close(2) */
	buf_fini(&path);
	case_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_enabled_rules_count),
		cmocka_unit_test(
		    outcome_of_a_state_is_the_outcome_of_its_flags),
		cmocka_unit_test(of_several_classes_the_lightest_is_enough),
		cmocka_unit_test(class_that_is_needed_in_any_case_is_enough),
		cmocka_unit_test(sets_of_classes_are_these_classes),
		cmocka_unit_test(subjects_that_are_users_are_not_nobody),
		cmocka_unit_test(any_event_is_what_the_trail_selects),
		cmocka_unit_test(what_cancels_is_needed_too),
		cmocka_unit_test(strict_rule_breaks_at_any_event),
		cmocka_unit_test(
		    rule_that_sees_only_some_events_breaks_at_these),
		cmocka_unit_test(
		    whoever_asks_who_ran_it_needs_the_life_of_processes),
		cmocka_unit_test(files_known_by_inode_need_those_who_open_them),
		cmocka_unit_test(events_in_no_class_are_counted),
		cmocka_unit_test(tables_of_macos_have_classes_of_their_own),
		cmocka_unit_test(masks_select_every_event_of_every_set),
		cmocka_unit_test(shipped_rules_need_classes_and_not_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
