#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# living.sh - `explain --state`: what waits now in a run, by its checkpoint.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
LC_ALL=C
export LC_ALL
cd "$tmp" || exit 99

cat >rules.conf <<'END_OF_RULES'
sequence brute {
	subject any; timeout 10 minutes;
	state { event <auditevent> { AUE_OPEN_R; }; status failure;
		multiplier 3; };
	state { event <auditevent> { AUE_OPEN_R; }; status success; };
};
sequence again {
	subject any; timeout 1 hours;
	state { event <auditevent> { AUE_OPEN_R; }; status success;
		bind $file object; };
	state { event <auditevent> { AUE_OPEN_R; }; status success;
		object == $file; within 5 minutes; };
	state { event <auditevent> { AUE_UNLINK; }; status any; };
};
sequence both {
	subject any; by none; order any; timeout 1 hours;
	state { event <auditevent> { AUE_OPEN_R; }; status success;
		object <exact> { /etc/a; }; };
	state { event <auditevent> { AUE_OPEN_R; }; status failure;
		multiplier 5; };
	state { event <auditevent> { AUE_UNLINK; }; status any; };
};
sequence quiet {
	subject any; timeout 1 hours;
	state { event <auditevent> { AUE_OPEN_R; }; status success;
		object <exact> { /etc/c; }; };
	state { absent 20 minutes; event <auditevent> { AUE_UNLINK; };
		status any; };
};
sequence idle {
	subject any;
	state { event <auditevent> { AUE_UNLINK; }; status any; };
};
END_OF_RULES
{
	opened 1600000000 1001 /etc/a
	opened 1600000001 1002 /etc/b 13
	opened 1600000002 1002 /etc/b 13
	opened 1600000003 1003 /etc/c
	opened 1600000004 1004 /etc/d 13
	opened 1600000005 1003 /etc/c
} | trail t.bsm

# living [OPTION]... [RULE]: in $out, without what differs each time.
living()
{
	run "$BSMTRACE" explain --state state -f rules.conf "$@"
	out=$(printf '%s\n' "$out" | sed "s,$tmp/,,g"'
		s,in /[^ ]*/t\.bsm,in t.bsm,
		s,"source":"[^"]*/t\.bsm","source":"t.bsm",
		s/^checkpoint [0-9]* of [^ ]*Z, [0-9]* seconds* old$/checkpoint/
		s/2020-09-13T\([0-9:]*\)\.007Z/\1/g
		/"what":"checkpoint"/{
			s/"number":[0-9]*,"time":"[^"]*","age_s":[0-9]*,//
			s/"version":"[^"]*",//
		}')
}

"$BSMTRACE" watch -F --no-sandbox --state state -f rules.conf -a t.bsm \
    --format json >log 2>&1
cksum state/* >before

living
is 'a line for each rule' "$rc:$err:$out" '0::checkpoint
6 records seen, 6 sequences

brute (rules.conf:1): 2 wait for state 1 of 2
again (rules.conf:7): 1 waits for state 2 of 3, 1 for state 3 of 3
both (rules.conf:15): 1 under way with 1 of 3 states
quiet (rules.conf:23): 1 waits for state 2 of 2
1 rule has nothing that waits'

living brute
is 'in old words, with a multiplier' "$rc:$err:$out" '0::checkpoint
6 records seen, 6 sequences

brute (rules.conf:1): 2 wait for state 1 of 2

waits for state 1 of 2 with 2 of 3
  begun 12:26:41, 2 records
  until 12:36:41, by timeout
  in t.bsm: first record at 78

waits for state 1 of 2 with 1 of 3
  begun 12:26:44, 1 record
  until 12:36:44, by timeout
  in t.bsm: first record at 312'

living again
is 'partial matches: the furthest first, and what is bound' \
    "$rc:$err:$out" '0::checkpoint
6 records seen, 6 sequences

again (rules.conf:7): 1 waits for state 2 of 3, 1 for state 3 of 3

waits for state 3 of 3, $file is "/etc/c"
  begun 12:26:43, 2 records, the last one 12:26:45
  until 13:26:43, by timeout
  in t.bsm: first record at 234

waits for state 2 of 3, $file is "/etc/a"
  begun 12:26:40, 1 record
  until 12:31:40, by within
  in t.bsm: first record at 0'

living both
has 'states in any order: what they lack' "$out" '
under way: 1 of 3 states; lacks state 2 (3 of 5), state 3
  begun 12:26:40, 4 records, the last one 12:26:44
'
living quiet
has 'an absence' "$out" '
  until 12:46:43, when nothing will have come
'
living idle
is 'nothing' "$rc:$(printf '%s\n' "$out" | tail -n 1)" \
    '0:idle (rules.conf:30): nothing waits'

living --limit 1 brute
is '--limit: how many more there are' \
    "$(printf '%s\n' "$out" | grep -c '^waits'):$(printf '%s\n' "$out" |
	tail -n 1)" \
    '1:1 more that came less far, or began later; --all shows everything'
living --limit 1 --all brute
is '--all: all of them' "$(printf '%s\n' "$out" | grep -c '^waits')" 2

living -j again
is '-j: an object on each line' "$rc:$err:$out" '0::{"what":"checkpoint","records":6,"sequences":6,"rules_gone":0,"rules_new":0,"dropped":0}
{"what":"rule","rule":"again","defined":"rules.conf:7","sequences":2,"waiting":[0,1,1],"over_age":0,"left_out":0}
{"what":"waits","rule":"again","states":3,"state":3,"count":0,"multiplier":1,"first":"12:26:43","last":"12:26:45","until":"13:26:43","until_by":"timeout","records":2,"bound":{"file":"/etc/c"},"source":"t.bsm","host":null,"offset":234}
{"what":"waits","rule":"again","states":3,"state":2,"count":0,"multiplier":1,"first":"12:26:40","last":"12:26:40","until":"12:31:40","until_by":"within","records":1,"bound":{"file":"/etc/a"},"source":"t.bsm","host":null,"offset":0}'
living -j both
has '-j: states in any order' "$out" '"met":1,"counts":[1,3,0],'
living -j
is '-j: all rules' "$(printf '%s\n' "$out" | grep -c '"what":"rule"')" 5

cksum state/* >after
same 'nothing of it was touched' before after

#
# Rules that are not those of the run.
#
sed 's/10 minutes/11 minutes/' rules.conf >other.conf
run "$BSMTRACE" explain --state state -f other.conf
is 'other rules: what is not there any more is said' "$rc:$err" \
    '0:bsmtrace: state: the rules differ from those of the checkpoint: 1 is not there, with 2 items; 1 is new'
lacks '... and not shown' "$out" 'wait for state 1 of 2'

#
# A run that is under way, which has the directory, and stays undisturbed.
#
mkfifo pipe
"$BSMTRACE" watch -F --no-sandbox --state live --state-every 1 \
    -f rules.conf -a pipe >log 2>&1 &
watcher=$!
exec 3<>pipe
opened 1600000007 1001 /etc/a 13 | trail one.bsm
cat one.bsm >&3
seen()		# TEXT
{
	"$BSMTRACE" explain --state live -f rules.conf brute 2>/dev/null |
	    grep -qF "$1"
}
if wait_until seen 'with 1 of 3'; then
	ok 'a run that is under way is looked at'
else
	not_ok 'a run that is under way is looked at'
fi
for _ in 1 2 3 4 5 6 7 8; do
	"$BSMTRACE" explain --state live -f rules.conf >>looks 2>&1 ||
	    echo failed >>looks
done
cat one.bsm >&3
if wait_until seen 'with 2 of 3'; then
	ok '... and goes on, as its next checkpoint shows'
else
	not_ok '... and goes on, as its next checkpoint shows'
fi
is '... whenever it is looked at' "$(grep -c failed looks)" 0
kill -TERM $watcher 2>/dev/null
wait $watcher
exec 3>&-
is '... and it says nothing of it' "$(grep -E 'cannot|state\.db' log)" ''

#
# Nothing to look at.
#
run "$BSMTRACE" explain --state nowhere -f rules.conf
is 'no such directory' "$rc:$err" \
    '1:bsmtrace: nowhere/state.db: No such file or directory'
is '... and it was not made' "$(ls -d nowhere 2>/dev/null)" ''
cp -R state bad
dd if=/dev/zero of=bad/state.db bs=1 seek=4000 count=12000 conv=notrunc \
    2>/dev/null
run "$BSMTRACE" explain --state bad -f rules.conf
has 'damage is said, with its cause' "$rc:$err" '1:bsmtrace: bad/state.db: '
is '... and left to whoever owns it' "$(ls bad)" "$(ls state)"

#
# Wrong usage.
#
run "$BSMTRACE" explain --state state -f rules.conf brute t.bsm
has 'a trail and a state' "$rc:$err" \
    '2:bsmtrace: with --state no trail is read'
run "$BSMTRACE" explain --state state --subject root brute
has 'a subject and a state' "$rc:$err" '2:bsmtrace: --subject needs trails'
run "$BSMTRACE" explain --limit 3 brute t.bsm
has 'a limit without a state' "$rc:$err" \
    '2:bsmtrace: --limit needs --state'
run "$BSMTRACE" explain --state state -f rules.conf brut
is 'no such rule, and the nearest' "$rc:$err" \
    "1:bsmtrace: no sequence is called 'brut'; did you mean 'brute'?"

done_testing
