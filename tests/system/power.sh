#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# power.sh [RUNS] - the power goes, again and again, while a directory that
# grows is followed.
#
# At a call that is drawn all processes end, and of what they had written since
# it was synced, only a part is there (powercut.c, powerloss.c): log files, the
# store, evidence, and what the program remembers. Or they were only killed, and
# the power goes later. In the end all of these must hold what one run leaves
# that nobody disturbs: each alert, and each once, and no line in part. A
# trigger runs at most once. Trails are not subject to it.
#
#	BSMTRACE=... BSMTRACE_GEN=... BSMTRACE_WRITER=... \
#	    BSMTRACE_POWERCUT=... BSMTRACE_POWERLOSS=... power.sh 50
#
# POWER_SEED	of the first run
# POWER_SECONDS	that each run's trail is written
# POWER_OPTIONS	of `watch`; by default runs are in one process and in several
#		by turns
# POWER_FORMAT	of the log files
# POWER_KEEP	a folder that keeps everything of a run that failed

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
: "${BSMTRACE_WRITER:?}"
: "${BSMTRACE_POWERLOSS:=}"
runs=${1:-1}
: "${POWER_SEED:=1}"
: "${POWER_SECONDS:=10}"
: "${POWER_OPTIONS:=}"
: "${POWER_FORMAT:=json}"
: "${POWER_KEEP:=}"
cd "$tmp" || exit 99

if [ -z "$BSMTRACE_POWERLOSS" ] || grep -q __asan_init "$BSMTRACE"; then
	skip 'the power goes' 'calls cannot be watched here'
	done_testing
fi
: "${BSMTRACE_POWERCUT:?}"

# $drawn: a number from 0 to N - 1, the next of the seed.
draw()		# N
{
	draws=$((draws + 1))
	drawn=$(awk -v s="$seed" -v k="$draws" -v n="$1" 'BEGIN {
		x = s * 7919 + k
		for (i = 0; i < 6; i++)
			x = (x * 16807 + 12345) % 2147483647
		print x % n
	}')
}

# Sorted: FILE... may be logs or what `alerts` shows.
uids()		# FILE...
{
	cat "$@" 2>/dev/null |
	    sed -n 's/^{.*"uid":"\([0-9a-f]*\)".*}$/\1/p' | LC_ALL=C sort
}
# A trail has another name when it has ended.
lines()		# FILE...
{
	cat "$@" 2>/dev/null | grep -av '^$' |
	    sed 's/[0-9]\{14\}\.[0-9a-z_]\{14\}/TRAIL/g' | LC_ALL=C sort
}

# The rules, with one that asks for a trigger, and a log of its own.
cat >run.sh <<EOF2
#!/bin/sh
echo "\$1" >>"$tmp/run/ran"
EOF2
chmod +x run.sh
cp "$TOP/tests/system/soak.conf" rules.conf
cat >>rules.conf <<EOF2
logfile "apart.log";
sequence fires {
	subject any;
	cooldown 10 seconds;
	state {
		event <auditclass> { lo; };
		status failure;
		trigger "$tmp/run.sh \$uid";
	};
};
EOF2

# What the disk has after that is a matter of chance. $cuts counts.
watch()		# CALLS DISK OPTIONS...
{
	calls=$1
	to=$2
	shift 2
	set -- "$BSMTRACE" watch -F -a trails -f ../rules.conf \
	    -l "$to/logs" -B --store "$to/alerts.db" --format "$POWER_FORMAT" "$@"
	if [ "$calls" = none ]; then
		exec "$@"
	fi
	exec "$BSMTRACE_POWERLOSS" run map "$BSMTRACE_POWERCUT" "$calls" "$@"
}

follow()	# CALLS OPTIONS...
{
	calls=$1
	shift
	# shellcheck disable=SC2086
	watch "$calls" disk --follow --from-start --state disk/state \
	    --trigger-per-minute 1000 "$@" ${POWER_OPTIONS:-$roles}
}

# A log is rotated, if it is there; newsyslog(8) waits for no disk, either.
move_log()	# NAME
{
	[ -s "disk/logs/$1" ] || return
	moves=$((moves + 1))
	LD_PRELOAD=$BSMTRACE_POWERCUT POWERCUT_MAP=map \
	    mv "disk/logs/$1" "disk/logs/$1.$moves" &
	mover=$!
	while kill -0 $mover 2>/dev/null && kill -0 $life 2>/dev/null; do
		sleep 0.02
	done
	kill -KILL $mover 2>/dev/null
	wait $mover 2>/dev/null
	draw 3
	[ "$drawn" -gt 0 ] && [ $turns -ge $hup ] || return
	kill -HUP $life 2>/dev/null
	hup=$((turns + 40))	# soon it does not come again
}

# One life, which may come to an end before its power goes, and listens to no
# signal in its first moments.
live()		# CALLS
{
	if [ "$settled" = yes ]; then
		"$BSMTRACE_POWERLOSS" begin map disk || exit 99
	fi
	(follow "$1" --state-every 1) 2>>messages &
	life=$!
	lives=$((lives + 1))
	echo "life $lives" >>messages
	draw 4
	patience=$((drawn * drawn * 8 + 6))
	turns=0
	hup=0
	while kill -0 $life 2>/dev/null && [ $turns -lt $patience ]; do
		sleep 0.05
		turns=$((turns + 1))
		draw 40
		case $drawn in
		0)	move_log bsmtrace.log ;;
		1)	move_log apart.log ;;
		esac
	done
	kill -TERM $life 2>/dev/null
	wait $life
	status=$?
	draw 3
	settled=no
	if [ $status -eq 75 ] && [ "$drawn" -eq 0 ]; then
		kills=$((kills + 1))
	elif [ $status -eq 75 ]; then
		settled=yes
		cuts=$((cuts + 1))
		echo "life $lives" >>lost
		"$BSMTRACE_POWERLOSS" end map $((seed * 1000 + lives)) \
		    >>lost || exit 99
	elif [ $status -ne 0 ] && [ $status -ne 129 ]; then
		echo "ended by itself with status $status" >>messages
	fi
}

# Without the last part of a name, which may be any number.
evidence()	# LOGS
{
	(cd "$1" && find . -type f ! -name '*.log*' -exec cksum {} + |
	    sed 's/\.[0-9]*$//' | LC_ALL=C sort)
}

# What it should never say. A syslog that is slow for a moment may be told of.
complaints()
{
	grep -E 'of no use|cannot|rror|is gone|not as it was|twice|by itself' \
	    messages | grep -v 'syslog does not take' | sort | uniq -c |
	    head -n 5
}

compare()
{
	if [ "$POWER_FORMAT" = json ]; then
		what=uids
	else
		what=lines
	fi
	for name in bsmtrace apart; do
		$what whole/logs/$name.log >expected
		$what disk/logs/$name.log* >got
		is "seed $seed: $name.log lacks nothing" \
		    "$(LC_ALL=C comm -23 expected got | head -n 3)" ''
		is '... has nothing twice, and nothing that is not due' \
		    "$(LC_ALL=C comm -13 expected got | head -n 3)" ''
	done
	[ "$POWER_FORMAT" != json ] || is '... and no line in part' \
	    "$(cat disk/logs/*.log* | grep -acvE '^\{"time":.*\}$')" 0
	is '... and nothing that was never written' \
	    "$(cat disk/logs/*.log* | tr -dc '\000' | wc -c | tr -d ' ')" 0
	for to in whole disk; do
		"$BSMTRACE" alerts --store $to/alerts.db --format json \
		    -n 2147483647 >$to.stored
		uids $to.stored >$to.uids
	done
	same "the store has all: $(wc -l <whole.uids) alerts" disk.uids \
	    whole.uids
	evidence whole/logs >whole.evidence
	evidence disk/logs >disk.evidence
	same "so has the evidence: $(wc -l <whole.evidence) files" \
	    disk.evidence whole.evidence
	is 'no trigger ran twice' "$(LC_ALL=C sort ran | uniq -d)" ''
	is 'nothing was complained of' "$(complaints)" ''
}

one_run()
{
	draws=0 lives=0 cuts=0 kills=0 moves=0 settled=yes
	roles=--sandbox
	[ $((seed % 2)) -eq 0 ] || roles=--no-sandbox
	rm -rf run
	mkdir run
	cd run || exit 99
	mkdir trails disk disk/logs whole whole/logs
	: >messages
	: >ran
	"$BSMTRACE_GEN" -n 2000000000 -u 100 -P 3000 -X 500 \
	    --start 2000000000 -s "$seed" | "$BSMTRACE_WRITER" \
	    -t "$POWER_SECONDS" -r 3000 -e 4000 -s "$seed" trails >written &
	writer=$!
	while kill -0 $writer 2>/dev/null; do
		draw 3
		case $drawn in
		0)	draw 100 ;;
		1)	draw 600 ;;
		*)	draw 3000 ;;
		esac
		live $((drawn + 1))
	done
	wait $writer
	(watch none whole --no-triggers) 2>whole.messages
	(follow none) 2>>messages &
	life=$!
	"$BSMTRACE" alerts --store whole/alerts.db --format json \
	    -n 2147483647 >whole.stored
	n=0
	while [ $n -lt 200 ] && kill -0 $life 2>/dev/null; do
		sleep 0.1
		n=$((n + 1))
		"$BSMTRACE" alerts --store disk/alerts.db --format json \
		    -n 2147483647 >disk.stored 2>/dev/null
		[ "$(wc -l <disk.stored)" -lt "$(wc -l <whole.stored)" ] ||
		    break
	done
	sleep 0.3
	kill -TERM $life 2>/dev/null
	wait $life
	is "seed $seed: the last life ends when it is told to" $? 0
	failed_before=$tap_failed
	compare
	echo "# seed $seed: $cuts cuts and $kills kills in $lives lives," \
	    "$moves logs renamed, $(wc -l <ran) triggers," \
	    "$(wc -l <whole.stored) alerts"
	cd ..
	if [ "$tap_failed" -gt "$failed_before" ] && [ -n "$POWER_KEEP" ]; then
		rm -rf "$POWER_KEEP"
		cp -R run "$POWER_KEEP"
	fi
}

seed=$POWER_SEED
while [ "$seed" -lt $((POWER_SEED + runs)) ]; do
	one_run
	seed=$((seed + 1))
done
done_testing
