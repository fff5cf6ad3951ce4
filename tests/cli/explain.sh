#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# explain.sh - why a rule did or did not fire.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
LC_ALL=C
export LC_ALL
cd "$tmp" || exit 99

cat >rules.conf <<'END_OF_RULES'
define set $denied <errno> { EACCES, EPERM; };
sequence dropped.then.run {
	subject any; scope session; timeout 10 minutes; cooldown 1 hours;
	state { event <auditclass> { fc; }; object <dir> { /tmp; };
		status success; bind $file object; };
	state { event <auditevent> { AUE_EXECVE; }; object == $file;
		status success; within 2 minutes; };
	cancel { event <auditevent> { AUE_UNLINK; }; object == $file; };
};
test dropped.then.run {
	record AUE_OPEN_WC path /tmp/x auid 4001 session 7 success;
	record AUE_EXECVE path /tmp/x auid 4001 session 7 success;
	record AUE_OPEN_WC path /tmp/x auid 4001 session 7 success;
	record AUE_EXECVE path /tmp/x auid 4001 session 7 success;
	record AUE_OPEN_WC path /tmp/z auid 4001 session 7 success;
	record AUE_UNLINK path /tmp/z auid 4001 session 7 success;
	record AUE_OPEN_WC path /tmp/late auid 4001 session 7 success;
	after 3 minutes;
	record AUE_EXECVE path /tmp/late auid 4001 session 7 success;
	record AUE_OPEN_WC path /tmp/w auid 4002 session 9 success;
	record AUE_EXECVE path /tmp/v auid 4002 session 9 failure EPERM;
	record AUE_EXECVE path /tmp/y auid 4002 session 9 success;
	expect 1;
};
sequence probing {
	subject any;
	state { event <auditclass> { fr; }; status failure; errno $denied;
		multiplier 3 distinct object in 1 minutes; };
};
test probing {
	record AUE_OPEN_R path /a auid 0 failure EACCES;
	record AUE_OPEN_R path /b auid 0 failure ENOENT;
	record AUE_OPEN_R path /b auid 0 failure EPERM;
	after 2 minutes;
	record AUE_OPEN_R path /c auid 0 failure EPERM;
	expect 0;
};
sequence old {
	subject any; timeout 60 seconds;
	state { event <auditevent> { AUE_openssh; }; status failure;
		multiplier 2; };
	state { event <auditevent> { AUE_openssh; }; status success; };
};
test old {
	record AUE_openssh auid 0 failure;
	record AUE_openssh auid 0 failure;
	record AUE_openssh auid 0 failure;
	after 100 seconds;
	record AUE_openssh auid 0 success;
	expect 0;
};
sequence closed {
	subject any; scope session; except { session 3; };
	state { event <auditevent> { AUE_openssh; }; status success; };
	state { absent 1 minutes; event <auditevent> { AUE_logout; };
		status any; };
};
test closed {
	record AUE_openssh auid 0 session 1 success;
	record AUE_logout auid 0 session 1 success;
	record AUE_openssh auid 0 session 2 success;
	record AUE_openssh auid 0 session 3 success;
	after 100 seconds;
	record AUE_logout auid 0 session 2 success;
	expect 1;
};
sequence rhythm {
	subject any; strict;
	state { event <auditevent> { AUE_SOCKET; }; status any; };
	state { event <auditevent> { AUE_BIND; }; status any; };
};
test rhythm {
	record AUE_SOCKET auid 0 success;
	record AUE_EXIT auid 0 success;
	expect 0;
};
sequence never {
	subject <auid> { 4001; };
	state { event <auditevent> { AUE_EXECVE; }; status success;
		object <exact> { /bin/sh; }; time 22:00..06:00; };
};
sequence chain {
	subject any;
	state { event <alert> { closed; }; status any; };
	state { event <auditevent> { AUE_EXECVE; }; status any; };
};
END_OF_RULES
run "$BSMTRACE" test --trails . rules.conf
is 'the records are there' "$rc:$err" '0:'

# explained RULE TRAIL [OPTION]...: times and trails left out, in $out.
explained()
{
	rule=$1 trail=$2
	shift 2
	run "$BSMTRACE" explain -f rules.conf "$@" "$rule" "$trail"
	out=$(printf '%s\n' "$out" |
	    sed 's/2026-01-01T00:\([0-9:]*\)\.000Z/\1/g; s/ [a-z.]*\.1\.bsm:[0-9]* / /')
}

explained dropped.then.run dropped.then.run.1.bsm
is 'bound values, cooldown, cancel, within, and the nearest miss' \
    "$rc:$err:$out" '0::dropped.then.run (rules.conf:2)
11 records, 2 keys that met a state, 1 alert, 1 held back

auid 4001, session 7
  00:00   AUE_OPEN_WC "/tmp/x"
    meets state 1 of 2, $file is "/tmp/x"
  00:00   AUE_EXECVE "/tmp/x"
    meets state 2 of 2: ALERT, begun 00:00
  00:00   AUE_OPEN_WC "/tmp/x"
    meets state 1 of 2, $file is "/tmp/x"
  00:00   AUE_EXECVE "/tmp/x"
    meets state 2 of 2: an alert, held back by cooldown, begun 00:00
  00:00   AUE_OPEN_WC "/tmp/z"
    meets state 1 of 2, $file is "/tmp/z"
  00:00   AUE_UNLINK "/tmp/z"
    cancelled: begun 00:00, it waited for state 2 of 2, $file is "/tmp/z"
  00:00   AUE_OPEN_WC "/tmp/late"
    meets state 1 of 2, $file is "/tmp/late"
  03:00
    not within 120 seconds: begun 00:00, it waited for state 2 of 2, $file is "/tmp/late"

auid 4002, session 9
  03:00   AUE_OPEN_WC "/tmp/w"
    meets state 1 of 2, $file is "/tmp/w"
  waits for state 2 of 2, begun 03:00, $file is "/tmp/w"
  came nearest to state 2:
    03:00   AUE_EXECVE "/tmp/y"
        object == $file: the record has "/tmp/y"; $file is "/tmp/w"'

explained dropped.then.run dropped.then.run.1.bsm --subject 4002
has '--subject: this one' "$out" 'auid 4002, session 9'
lacks '--subject: nobody else' "$out" 'auid 4001'
run "$BSMTRACE" explain -f rules.conf --subject nobody.of.that.name \
    old old.1.bsm
is '--subject: nobody has that name' "$rc:$err" \
    "1:bsmtrace: no user is called 'nobody.of.that.name'"

explained probing probing.1.bsm
has 'a count, and what is counted' "$out" 'meets state 1 of 1, 2 of 3 different ones'
has 'a count: they lie too far apart' "$out" \
    'but over 120 seconds where 60 seconds are given'
has 'a count: what was not counted' "$out" 'errno $denied: the record has ENOENT'

explained old old.1.bsm
has 'old words: a repeated first record' "$out" \
    'meets state 1 again and is ignored: one is under way, begun 00:00'
has 'old words: the timeout' "$out" \
    'timed out: begun 00:00, it waited for state 2 of 2'
lacks 'old words: what was timed out does not wait' "$out" '  waits for'

explained closed closed.1.bsm
has 'absence: nothing came' "$out" '  01:00
    nothing came: state 2 of 2: ALERT, begun 00:00'
has 'absence: it came' "$out" 'came before its time was over: it ends'
explained rhythm rhythm.1.bsm
has 'strict' "$out" '   AUE_EXIT
    strict, and no state is met: it ends, begun 00:00, it waited for state 2 of 2'

explained never dropped.then.run.1.bsm
is 'nothing has begun, and why' "$out" 'never (rules.conf:'"$(
    grep -n '^sequence never' rules.conf | cut -d: -f1)"')
11 records, 0 keys that met a state, 0 alerts

no record has met state 1
  event <auditevent> { AUE_EXECVE; }: 5 records have it; of these
  subject <auid> { 4001; }: fails for 2, at last: the auid is 4002
  status success: fails for 1, at last: the record says failure, EPERM
  object <exact> { /bin/sh; }: fails for 5, at last: the record has "/tmp/y"'
explained never old.1.bsm
has 'nothing has the event' "$out" '{ AUE_EXECVE; }: 0 records have it'
explained chain closed.1.bsm
has 'a rule that waits for the alert of another' "$out" \
    'meets state 1 of 2'
explained chain old.1.bsm
has 'and when there was none' "$out" 'waits for the alert of another rule'

run "$BSMTRACE" explain -j -f rules.conf dropped.then.run \
    dropped.then.run.1.bsm
is '-j: what happened, a line each, as it happens' \
    "$rc:$err:$(printf '%s\n' "$out" | sed 's/^{"what":"\([a-z_]*\)".*/\1/' |
	tr '\n' ' ')" \
    '0::met alert met held_back met cancelled met late met waits nearest summary '
has '-j: a step has the members of alerts, and more' "$out" \
    '{"what":"met","story":2,"rule":"dropped.then.run","subject":{"type":"auid","id":4002,"name":null},"key":{"session":9},"zone":null,"time":"2026-01-01T00:03:00.000Z","state":1,'
has '-j: what came nearest' "$out" \
    '"misses":[{"clause":"object == $file","has":"the record has \"/tmp/y\"; $file is \"/tmp/w\""}]'
has '-j: the last line is a summary' "$(printf '%s\n' "$out" | tail -1)" \
    '"enabled":true,"records":11,"keys":2,"alerts":1,"held_back":1,"left_out":0}'
run "$BSMTRACE" explain --json -f rules.conf never old.1.bsm
has '--json: nothing has begun' "$out" '{"what":"nothing_begun","rule":"never"'
if [ -w /dev/full ]; then
	"$BSMTRACE" explain -j -f rules.conf old old.1.bsm >/dev/full \
	    2>full.err
	is '-j: a full disk is said' "$?:$(cat full.err)" \
	    '1:bsmtrace: standard output: No space left on device'
fi

for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
	echo "record AUE_SOCKET auid $i success;"
	[ $i -gt 1 ] || for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		echo 'record AUE_EXIT auid 1 success;'
		echo 'record AUE_SOCKET auid 1 success;'
	done
done >lines
{
	sed -n '/^sequence rhythm/,/^};/p' rules.conf
	echo 'test rhythm {'
	cat lines
	echo 'expect 0; };'
} >many.conf
run "$BSMTRACE" test --trails . many.conf
run "$BSMTRACE" explain -f many.conf rhythm rhythm.1.bsm
has 'many keys: what is left out is said' "$out" \
    '5 keys that came less far left out; --all shows everything'
has 'a long story: its middle is left out' "$out" '  ... 13 moments left out'
run "$BSMTRACE" explain --all -f many.conf rhythm rhythm.1.bsm
is '--all: every key, and no word of what is left out' \
    "$(printf '%s\n' "$out" | grep -c '^auid'):$(printf '%s\n' "$out" |
	grep -c 'left out')" '25:0'

run "$BSMTRACE" explain -f rules.conf prob1ng old.1.bsm
is 'no such rule, and the nearest' "$rc:$err" \
    "1:bsmtrace: no sequence is called 'prob1ng'; did you mean 'probing'?"
run "$BSMTRACE" explain -f rules.conf old gone.bsm
is 'no such trail' "$rc" 1
echo 'sequence x {' >bad.conf
run "$BSMTRACE" explain -f bad.conf x old.1.bsm
is 'bad rules are shown as by check' "$rc:$err" \
    "1:$("$BSMTRACE" check bad.conf 2>&1 >/dev/null)"
run "$BSMTRACE" explain old
is 'no trail' "$rc:$(printf '%s\n' "$err" | head -1)" \
    '2:bsmtrace: no trail is named; see `bsmtrace explain --help`'
run "$BSMTRACE" explain
is 'no rule' "$rc:$(printf '%s\n' "$err" | head -1)" \
    '2:bsmtrace: no rule is named; see `bsmtrace explain --help`'
{
	cat old.1.bsm
	echo damage
	cat old.1.bsm
} >damaged.bsm
run "$BSMTRACE" explain -f rules.conf old damaged.bsm
has 'damage is said' "$rc:$err" '0:bsmtrace: damaged.bsm:'
run "$BSMTRACE" explain --strict -f rules.conf old damaged.bsm
is '--strict: damage is a failure' "$rc" 1
gzip -c old.1.bsm >old.bsm.gz
run "$BSMTRACE" explain -f rules.conf old old.bsm.gz
has 'a compressed trail' "$rc:$out" '0:old '

done_testing
