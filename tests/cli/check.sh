#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check.sh - what `check` tells besides mistakes, and `graph`.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
LC_ALL=C
export LC_ALL
cd "$tmp" || exit 99

cat >rules.conf <<'END'
define set $denied <errno> { EACCES, EPERM; };	# a comment
sequence probing {
	cooldown 60 minutes; subject any;
	state { status failure; event <auditclass> { fr; };
		multiplier 20 distinct object in 60 seconds; errno $denied; };
};
sequence hijacked {
	subject any; scope process; strict; timeout 1 hours;
	state { event <auditevent> { AUE_DUP2; }; status any; };
	state { event <auditevent> { AUE_EXECVE; }; status success;
		object <exact> { "/bin/s h", /bin/sh; }; };
	cancel { object <glob> { "/tmp/<x>&*"; }; };
};
END

run "$BSMTRACE" check --print rules.conf
is 'check --print: clauses in their order, times in their largest unit' \
    "$rc:$err:$out" '0::define set $denied <errno> { EACCES, EPERM; };
sequence probing {
	subject any;
	cooldown 1 hours;
	state {
		event <auditclass> { fr; };
		status failure;
		errno $denied;
		multiplier 20 distinct object in 1 minutes;
	};
};
sequence hijacked {
	subject any;
	scope process;
	timeout 1 hours;
	strict;
	cancel {
		object <glob> { "/tmp/<x>&*"; };
	};
	state {
		event <auditevent> { AUE_DUP2; };
		status any;
	};
	state {
		event <auditevent> { AUE_EXECVE; };
		object <exact> { "/bin/s h", /bin/sh; };
		status success;
	};
};'
printf '%s\n' "$out" >again.conf
run "$BSMTRACE" check --print again.conf
is 'check --print: reading that gives it again' "$out" "$(cat again.conf)"
for f in "$TOP"/tests/rules/good/*.conf; do
	grep -q '^include' "$f" && continue
	"$BSMTRACE" check --print "$f" >one 2>/dev/null
	"$BSMTRACE" check --print one >two 2>/dev/null
	is "check --print: and so it is of $(basename "$f")" \
	    "$(cat two)" "$(cat one)"
done

run "$BSMTRACE" check --cost rules.conf
has 'check --cost: what it listens to' "$out" 'listens to  AUE_'
has 'check --cost: what it asks besides' "$out" 'then asks 1 predicate'
has 'check --cost: what it keeps' "$out" \
    'keeps       64 bytes, 112 more for each record that is counted, for each auid'
has 'check --cost: what several states keep' "$out" \
    'keeps       64 bytes, 16 more for each further state of 2, for each auid'

printf 'dir:/var/audit\nflags:lo,ex,-fr\nnaflags:lo\n' >audit_control
run "$BSMTRACE" check --policy audit_control rules.conf
is 'check --policy: which can never fire, and why' "$rc:$err:$out" \
    '0::rules.conf: 2 rules, 0 errors, 0 warnings
rules.conf:7: hijacked can never fire: state 1 waits for AUE_DUP2, which is in no audit class
1 of 2 rules can never fire under this policy'
printf 'flags:+fr,ex\n' >audit_control
run "$BSMTRACE" check --policy audit_control rules.conf
has 'check --policy: the outcome counts' "$out" 'rules.conf:2: probing can'
printf 'flags:lo,xy\n' >audit_control
run "$BSMTRACE" check --policy audit_control rules.conf
is 'check --policy: a class that nobody knows' "$rc:$err" \
    "1:bsmtrace: audit_control: no audit class is called 'xy'"
printf 'dir:/var/audit\n' >audit_control
run "$BSMTRACE" check --policy audit_control rules.conf
is 'check --policy: no flags at all' "$rc:$err" \
    "1:bsmtrace: audit_control: has neither a 'flags:' nor a 'naflags:' line"
run "$BSMTRACE" check --policy none rules.conf
is 'check --policy: no such file' "$rc:$err" \
    '1:bsmtrace: none: No such file or directory'

cat >tests.conf <<'END'
sequence s { subject any; state { event any; status any; }; };
test s {
	record AUE_EXIT autid 7 success;
	at "yesterday";
	expect 1;
};
END
run "$BSMTRACE" check tests.conf
is 'check: the lines of tests, too' "$rc:$out:$(printf '%s\n' "$err" |
    grep error)" "1:tests.conf: 1 rule, 2 errors, 0 warnings:tests.conf:3:18: error: 'autid' is not a word of a test; did you mean 'auid'?
tests.conf:4:5: error: 'yesterday': a time looks like \"2026-01-31 23:59:00\""

# Lines that are too long: in canonical text, and in a picture.
{
	printf 'define set $long <exact> {'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		printf ' /some/where/%d,' "$i"
	done
	echo ' "/a b/'"$(printf '%0100d' 0)"'"; };'
	echo 'sequence s { subject any; state { event any; status any;'
	echo 'object $long; text <exact> {'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		printf ' /some/where/%d,' "$i"
	done
	echo ' x; }; }; };'
} >long.conf
run "$BSMTRACE" check --print long.conf
is 'check --print: no line is too long that could be shorter' \
    "$rc:$err:$(printf '%s\n' "$out" | awk 'length($0) > 80' |
	grep -c '^    "/a b/0*";$')" '0::1'
printf '%s\n' "$out" >again.conf
run "$BSMTRACE" check --print again.conf
is 'check --print: reading that gives it again' "$out" "$(cat again.conf)"
run "$BSMTRACE" graph --svg long.conf
has 'graph --svg: as wide as a page' "$out" 'width="606"'

run "$BSMTRACE" graph rules.conf hijacked
is 'graph: the rule that is named' \
    "$rc:$err:$(printf '%s\n' "$out" | grep -c 'subgraph')" '0::1'
has 'graph: a state with what it asks' "$out" \
    'label="state 2\nevent <auditevent> { AUE_EXECVE; };\lobject <exact>'
has 'graph: quotes are escaped' "$out" '\"/bin/s h\"'
has 'graph: states follow each other' "$out" 'r1_1 -> r1_2;'
run "$BSMTRACE" graph --svg rules.conf
is 'graph --svg: a picture of all' \
    "$rc:$err:$(printf '%s\n' "$out" | grep -c 'bold.>alert<')" '0::2'
has 'graph --svg: marks are escaped' "$out" '/tmp/&lt;x&gt;&amp;*'
if command -v xmllint >/dev/null; then
	printf '%s\n' "$out" >picture.svg
	run xmllint --noout picture.svg
	is 'graph --svg: well-formed' "$rc:$err" '0:'
	printf 'sequence "a\357\277\276\001b" { subject any;\n\tstate { event any; status any; }; };\n' >odd.conf
	"$BSMTRACE" graph --svg odd.conf >odd.svg
	run xmllint --noout odd.svg
	is 'graph --svg: well-formed for every label' "$rc:$err" '0:'
else
	skip 'graph --svg: well-formed' 'no xmllint'
fi
run "$BSMTRACE" graph rules.conf hijack
is 'graph: no such rule' "$rc:$err" "1:bsmtrace: no sequence is called 'hijack'"
run "$BSMTRACE" graph
is 'graph: no file' "$rc:$(printf '%s\n' "$err" | head -1)" \
    '2:bsmtrace: no rule file is named; see `bsmtrace graph --help`'

done_testing
