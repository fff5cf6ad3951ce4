#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# badinput.sh - what goes wrong around the rules: trails, disks, triggers.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

{
	opened 100 1001 /a
	opened 101 1001 /b
	opened 102 1001 /c
} | trail t.bsm
cat >any.conf <<'EOF'
sequence s { subject any; state { event any; status any; }; };
EOF
alerts()
{
	grep -c ' state machine: ' <<-EOF
	$err
	EOF
}

# trails
run "$BSMTRACE" -F -a missing.bsm -f any.conf
is 'a trail that is missing ends with 1' "$rc" 1
is '... and is named with the cause' "$err" \
    'bsmtrace: missing.bsm: No such file or directory'
run "$BSMTRACE" -F -a missing.bsm -a t.bsm -f any.conf
is 'the other trails are read' "$(alerts)" 3
is '... and the end is 1' "$rc" 1
if [ "$(id -u)" -ne 0 ]; then
	cp t.bsm locked.bsm
	chmod 000 locked.bsm
	run "$BSMTRACE" -F -a locked.bsm -f any.conf
	is 'a trail that may not be read ends with 1' "$rc:$err" \
	    '1:bsmtrace: locked.bsm: Permission denied'
else
	skip 'a trail that may not be read ends with 1' 'root may read all'
fi
mkdir trails
run "$BSMTRACE" -F -a trails -f any.conf
is 'a directory without trails is an error' "$rc" 1
has '... and that is said' "$err" \
    'bsmtrace: trails: there are no trails in this directory'
: >empty.bsm
run "$BSMTRACE" -F -a empty.bsm -f any.conf
is 'an empty trail is fine' "$rc:$err" '0:'
run "$BSMTRACE" -F -a /dev/null -f any.conf
is 'so is /dev/null' "$rc:$err" '0:'
size=$(wc -c <t.bsm | tr -d ' ')
dd if=t.bsm of=cut.bsm bs=1 count=$((size - 9)) 2>/dev/null
run "$BSMTRACE" -F -a cut.bsm -f any.conf
is 'of a trail cut short the whole records are matched' "$(alerts)" 2
has '... and what is left is told with its place' "$err" \
    "bsmtrace: cut.bsm:$((2 * size / 3)): $((size / 3 - 9)) bytes skipped: "
is '... and the end is 0' "$rc" 0
run "$BSMTRACE" -F --strict -a cut.bsm -f any.conf
is '... but 1 with --strict' "$rc" 1
{ cat t.bsm; echo noise; cat t.bsm; } >noise.bsm
run "$BSMTRACE" -F -a noise.bsm -f any.conf
is 'behind noise reading goes on' "$(alerts)" 6
has '... and the noise is told' "$err" "noise.bsm:$size: 6 bytes skipped: "
head -c 300000 /dev/urandom >random.bsm
run "$BSMTRACE" -F -a random.bsm -f any.conf
is 'noise alone is no trail, but no failure' "$rc" 0
lines=$(echo "$err" | wc -l)
if [ "$lines" -lt 60 ]; then
	ok 'noise does not flood'
else
	not_ok 'noise does not flood' "$lines lines"
fi

# rules
run "$BSMTRACE" -F -a t.bsm -f missing.conf
is 'rules that are missing end with 1' "$rc" 1
has '... and are named' "$err" 'missing.conf'
run "$BSMTRACE" -F -a t.bsm -f trails
is 'a directory is no rule file' "$rc" 1
echo 'sequence {' >bad.conf
run "$BSMTRACE" -F -a t.bsm -f bad.conf
is 'bad rules end with 1' "$rc" 1
has '... with the place' "$err" 'bad.conf:1:'
run "$BSMTRACE" -n -f bad.conf
is '-n ends with 1, too' "$rc" 1
run "$BSMTRACE" check any.conf bad.conf missing.conf
is 'check of a bad file ends with 1' "$rc" 1
has 'check counts for each file' "$out" 'any.conf: 1 rule, 0 errors'
has 'check goes on to the next file' "$err" 'missing.conf'
run "$BSMTRACE" check
is 'check of nothing is wrong usage' "$rc" 2

# options
run "$BSMTRACE" --folow
is 'an unknown option ends with 2' "$rc" 2
is '... in one line' "$(echo "$err" | wc -l | tr -d ' ')" 1
has '... that names it' "$err" '--folow'
run "$BSMTRACE" -F --fromat json
has 'a near miss is told' "$err" 'did you mean --format?'
run "$BSMTRACE" wach
is 'an unknown command ends with 2' "$rc" 2
has '... with the nearest' "$err" "did you mean 'watch'?"
run "$BSMTRACE" -a
is 'a missing argument ends with 2' "$rc" 2
run "$BSMTRACE" -F t.bsm
is 'a word that belongs nowhere ends with 2' "$rc" 2
for o in --max-instances=0 --max-instances=-1 --trigger-time-limit=x \
    --trigger-max-running=99999999999999999999 --trigger-per-minute= \
    --syslog=auth.nonsense; do
	run "$BSMTRACE" -F $o -a t.bsm -f any.conf
	is "$o ends with 2" "$rc" 2
done
if [ ! -e /dev/auditpipe ]; then
	run "$BSMTRACE" -F -f any.conf
	is 'without an audit pipe a trail must be named' "$rc" 1
	has '... and how is said' "$err" '-a FILE'
fi

# log directory
run "$BSMTRACE" -F -l missing -a t.bsm -f any.conf
is 'a log directory that is missing ends with 1' "$rc" 1
has '... and is named' "$err" 'missing: No such file or directory'
run "$BSMTRACE" -F -l t.bsm -a t.bsm -f any.conf
is 'a file is no log directory' "$rc" 1

mkdir logs
mkfifo fifo
"$BSMTRACE" -F --no-sandbox -l logs -a fifo -f any.conf 2>err &
pid=$!
exec 3<>fifo
cat t.bsm >&3
wait_until grep -q 'state machine' logs/bsmtrace.log
rm -r logs
cat t.bsm >&3
wait_until grep -q 'state machine' err
mkdir logs
cat t.bsm >&3
wait_until grep -q 'state machine' logs/bsmtrace.log
exec 3>&-
wait $pid
rc=$?
err=$(cat err)
has 'a log directory that vanishes is said' "$err" \
    'logs/bsmtrace.log: No such file or directory'
is '... once' "$(grep -c 'No such file' err)" 1
is '... its alerts go to standard error' "$(alerts)" 3
has '... and when it is back' "$err" \
    'logs/bsmtrace.log: written again; 3 alerts did not get there'
is '... which gets the next ones' "$(wc -l <logs/bsmtrace.log | tr -d ' ')" 3
is '... and the end is 1' "$rc" 1

if [ -c /dev/full ]; then
	ln -s /dev/full logs/full.log
	cat >full.conf <<-'EOF'
	logfile full.log;
	sequence s { subject any; state { event any; status any; }; };
	EOF
	run "$BSMTRACE" -F -l logs -a t.bsm -f full.conf
	has 'a full disk is said' "$err" 'full.log: No space left on device'
	is '... once' "$(echo "$err" | grep -c 'No space left')" 1
	is '... and its alerts go to standard error' "$(alerts)" 3
	has '... counted' "$err" '3 alerts did not get everywhere'
	is '... and the end is 1' "$rc" 1
	run sh -c '"$BSMTRACE" -F -a t.bsm -f any.conf 2>/dev/full'
	is 'standard error on a full disk ends with 1' "$rc" 1
else
	skip 'a full disk is said' 'no /dev/full'
fi
if [ -c /dev/full ]; then
	run sh -c '"$BSMTRACE" print --help >/dev/full'
	is 'help that cannot be written is said' "$rc:$err" \
	    '1:bsmtrace: standard output: No space left on device'
else
	skip 'help that cannot be written is said' 'no /dev/full'
fi
mkdir ev
: >ev/s
run "$BSMTRACE" -F -l ev -B -a t.bsm -f any.conf
has 'evidence that cannot be written is said' "$err" 'ev/s: '
is '... once, and the end is 1' "$rc:$(echo "$err" | grep -c 'ev/s: ')" 1:1

# triggers
trigger()	# TEXT [OPTION]...
{
	cat >trigger.conf <<-EOF
	sequence s { subject any; state { event any; status any;
	    trigger "$1"; }; };
	EOF
	shift
	run "$BSMTRACE" -F "$@" -a t.bsm -f trigger.conf
}
trigger '/no/such/program $object'
has 'a trigger that is missing is said' "$err" \
    '/no/such/program $object: /no/such/program: No such file or directory'
is '... once' "$(echo "$err" | grep -c 'No such file')" 1
is '... and the alerts come' "$rc:$(alerts)" 0:3
trigger "$tmp/t.bsm"
has 'a trigger that is no program is said' "$err" 'Permission denied'
trigger '/bin/sleep 60' --trigger-time-limit 1
has 'a trigger that hangs is ended' "$err" \
    '/bin/sleep 60: ended after 1 seconds, the time limit'
printf '#!/bin/sh\nkill -9 $$\n' >dies
chmod +x dies
trigger "$tmp/dies"
has 'a trigger that dies is said' "$err" 'dies: died of signal 9'
trigger /bin/false
has 'a trigger that fails is said' "$err" '/bin/false: ended with status 1'
trigger '/bin/sleep 1' --trigger-max-running 2
has 'more than may run at once are refused' "$err" \
    's: trigger not run: as many as allowed are running'
is '... and counted' "$(echo "$err" | grep -c 's: 1 trigger not run')" 1

# A reader that goes away ends it quietly.
run sh -c '"$BSMTRACE" -F -b -a t.bsm -f any.conf 2>err | true'
lacks 'a closed pipe is nothing to speak of' "$(grep -v state err)" 'bsmtrace'
done_testing
