#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# watch.sh - rules over trails, in the foreground: what comes out and where.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

{
	opened 100 1001 /etc/passwd
	opened 101 1001 /etc/master.passwd 13
	opened 102 1002 /tmp/x
} | trail t.bsm
cat >one.conf <<'EOF'
sequence one {
	subject any;
	priority 5;
	state { event any; status failure; };
};
EOF
line='101.7 state machine: one subject: auid 1001 completed: duration 0 seconds priority: 5 source: t.bsm'

run "$BSMTRACE" -F -a t.bsm -f one.conf
is 'the classic command line raises the classic line' "$err" "$line"
is '... and nothing on standard output' "$out" ''
is '... and ends with 0' "$rc" 0
run "$BSMTRACE" watch --foreground --trail t.bsm --rules one.conf
is 'the command word and long names do the same' "$err" "$line"
run "$BSMTRACE" -F -a t.bsm -f one.conf --exit-code
is '--exit-code ends with 3 after an alert' "$rc" 3
run "$BSMTRACE" -F -a t.bsm -f one.conf -a t.bsm
is 'two trails are read one after another' "$err" "$line
$line"

"$BSMTRACE" -F -a - -f one.conf <t.bsm 2>err
is 'a file on standard input is called stdin' "$(cat err)" \
    "$(echo "$line" | sed 's/t.bsm/stdin/')"
# shellcheck disable=SC2002
cat t.bsm | "$BSMTRACE" -F -a - -f one.conf 2>err
is 'so is a pipe' "$(cat err)" "$(echo "$line" | sed 's/t.bsm/stdin/')"
mkfifo fifo
cat t.bsm >fifo &
"$BSMTRACE" -F -a fifo -f one.conf 2>err
kill $! 2>/dev/null
is 'a fifo is waited for' "$(cat err)" "$(echo "$line" | sed 's/t.bsm/fifo/')"

# A live source tells an alert when its record is complete, not later.
{ cat t.bsm; sleep 3; } | "$BSMTRACE" -F -a - -f one.conf 2>err &
if wait_until grep -q 'state machine' err; then
	ok 'an alert of a live source does not wait for the end'
else
	not_ok 'an alert of a live source does not wait for the end'
fi
wait

# -l, logfile
mkdir logs
cat >files.conf <<'EOF'
sequence zero { subject any; state { event any; status success; }; };
logfile own.log;
sequence one { subject any; priority 5;
	state { event any; status failure; }; };
EOF
run "$BSMTRACE" -F -l logs -a t.bsm -f files.conf
is '-l takes the alerts from standard error' "$err" ''
is 'a log file of its own gets the alerts of its rules' \
    "$(cat logs/own.log)" "$line"
is 'all others go to bsmtrace.log' \
    "$(grep -c 'state machine: zero' logs/bsmtrace.log)" 2
run "$BSMTRACE" -F -l logs -a t.bsm -f files.conf
is 'log files are appended to' "$(wc -l <logs/own.log | tr -d ' ')" 2
# shellcheck disable=SC2012
is 'log files are not for all to read' \
    "$(ls -l logs/own.log | cut -c 8-10)" '---'
run "$BSMTRACE" -n -l logs -f one.conf
is '-n only reads the rules' "$rc:$err" '0:'

# -B
mkdir ev
cat >pair.conf <<'EOF'
sequence ../pair/x { subject any; timeout 10 seconds;
	state { event any; status success; };
	state { event any; status failure; }; };
EOF
run "$BSMTRACE" -F -l ev -B -a t.bsm -f pair.conf
is '-B says nothing more' "$rc:$err" '0:'
f=$(echo ev/..%2fpair%2fx/101.7.*)
dd if=t.bsm of=expected bs=1 count=$(($(wc -c <"$f"))) 2>/dev/null
same 'evidence holds the records of all states, below the directory' \
    "$f" expected
run "$BSMTRACE" -F -B -a t.bsm -f pair.conf
is '-B without -l is refused' "$rc" 2
has '... and says what is missing' "$err" '-l DIR'

# -b
"$BSMTRACE" -F -b -a t.bsm -f one.conf >records 2>/dev/null
is '-b writes the records that match' \
    "$("$BSMTRACE" print -j records | grep -c '"event":72')" 1
"$BSMTRACE" -F -b -l logs -a t.bsm -f one.conf >twice 2>/dev/null
cat records records >expected
same '-b with -l writes them once more at an alert' twice expected
run sh -c '"$BSMTRACE" -F -b -a t.bsm -f one.conf >/dev/full'
if [ -c /dev/full ]; then
	is '-b on a full disk fails' "$rc" 1
	has '... and says so' "$err" 'standard output: No space left'
else
	skip '-b on a full disk fails' 'no /dev/full'
fi

# --format
run "$BSMTRACE" -F -a t.bsm -f one.conf --format long
has 'long tells who' "$err" 'who     auid 1001, pid 77, session 5'
has 'long tells from where' "$err" 'from    192.0.2.7, t.bsm'
has 'long tells what happened' "$err" 'failure EACCES  pid 77  /etc/master.passwd'
run "$BSMTRACE" -F -a t.bsm -f one.conf --format json
is 'json is one object on one line' \
    "$(echo "$err" | cut -c 1-40)" '{"time":"1970-01-01T00:01:41.007Z","uid"'
has 'json tells the steps' "$err" '"path":"/etc/master.passwd"'
uid=${err#*uid\":\"}
run "$BSMTRACE" -F -a - -f one.conf --format json
"$BSMTRACE" -F -a - -f one.conf --format json <t.bsm 2>err
again=$(cat err)
again=${again#*uid\":\"}
is 'the same records have the same uid' "${again%%\"*}" "${uid%%\"*}"
run "$BSMTRACE" -F -a t.bsm -f one.conf --format yaml
is 'another format is refused' "$rc" 2
has '... with those there are' "$err" 'text|long|json'

# log channels of 1.4
mkdir chan
cat >chan.conf <<EOF
log-channel err <stderr> { };
log-channel keep <bsm> { directory "$tmp/chan"; };
sequence one { subject any; priority 5; log keep; log err;
	state { event any; status failure; }; };
sequence two { subject any; state { event any; status failure; }; };
EOF
chmod 700 chan
run "$BSMTRACE" -F -l logs -a t.bsm -f chan.conf
is 'a channel gets its alerts, with -l too' "$err" "$line"
is 'evidence of a channel lies below its directory' \
    "$(find chan/one -type f | wc -l | tr -d ' ')" 1

# triggers
cat >hook <<'EOF'
#!/bin/sh
echo "$#:$1:$2" >>"${0%hook}hooked"
EOF
chmod +x hook
cat >hook.conf <<EOF
sequence hook { subject any;
	state { event any; status any;
	    trigger "$tmp/hook '\$object is read' \$rule"; }; };
EOF
{ opened 1 7 '/a b; touch x'; } | trail blank.bsm
run "$BSMTRACE" -F -a blank.bsm -f hook.conf
is 'a trigger gets a path as one word' "$(cat hooked)" \
    '2:/a b; touch x is read:hook'
rm -f hooked
run "$BSMTRACE" -F -a blank.bsm -f hook.conf --no-triggers
is '--no-triggers runs none' "$(ls hooked 2>/dev/null)" ''
i=0
while [ $i -lt 15 ]; do
	opened $i 7 /x
	i=$((i + 1))
done | trail many.bsm
run "$BSMTRACE" -F -a many.bsm -f hook.conf --trigger-per-minute 3
is 'a rule starts only so many in a minute' \
    "$(wc -l <hooked | tr -d ' ')" 3
has 'refusals are said' "$err" 'hook: trigger not run: too many in a minute'
has 'refusals are counted' "$err" 'hook: 12 triggers not run'
rm -f hooked
cat >hook2.conf <<EOF
sequence hook { subject any; state { event any; status any;
	trigger "$tmp/hook \$evidence \$uid"; }; };
EOF
run "$BSMTRACE" -F -l ev -B -a blank.bsm -f hook2.conf
p=$(cut -d: -f2 hooked)
same 'a trigger is told the evidence, and it is there' "$p" blank.bsm
is 'evidence is written once' "$(find ev/hook -type f | wc -l | tr -d ' ')" 1

# names
mkdir etc
echo '0x00000001:xx:special' >etc/audit_class
echo '72:AUE_SPECIAL:special:xx' >etc/audit_event
cat >dir.conf <<'EOF'
sequence s { subject any; state { event <auditevent> { AUE_SPECIAL; };
	status failure; }; };
EOF
run "$BSMTRACE" -F --audit-dir etc -a t.bsm -f dir.conf
has '--audit-dir names the events' "$err" 'state machine: s subject'
run "$BSMTRACE" -F -a t.bsm -f dir.conf
is 'without it the name is an error' "$rc" 1
run "$BSMTRACE" -F --platform plan9 -a t.bsm -f one.conf
is 'an unknown platform is refused' "$rc" 2

# words about itself
run "$BSMTRACE" -v
is '-v tells the version and ends with 0' "$rc:${out% *}" '0:bsmtrace'
run "$BSMTRACE" -h
is '-h ends with 0' "$rc" 0
for c in watch check test print make; do
	run "$BSMTRACE" $c --help
	is "$c --help ends with 0" "$rc" 0
	is "$c --help has two examples" \
	    "$(echo "$out" | sed -n '/^examples:/,$p' | grep -c '^  ')" 2
done
run "$BSMTRACE" check one.conf
is 'check of a good file ends with 0' "$rc:$out" \
    '0:one.conf: 1 rule, 0 errors, 0 warnings'
done_testing
