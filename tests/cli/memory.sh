#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# memory.sh - a pipe that does not end, and long trails, are read in little
# memory: the peak is asked of the system while the program waits for us.

# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

most=32768		# kilobytes that issue and manual allow

if [ ! -r /proc/self/status ] || ! grep -q VmHWM /proc/self/status; then
	skip 'memory stays flat' 'no /proc as Linux has it'
	done_testing
fi
if grep -q __asan_init "$BSMTRACE" || grep -q __tsan_init "$BSMTRACE"; then
	skip 'memory stays flat' 'sanitizers need memory of their own'
	done_testing
fi

# peak WHAT PID: how much it has needed until now
peak()
{
	kb=$(sed -n 's/^VmHWM:[	 ]*\([0-9]*\) kB$/\1/p' "/proc/$2/status")
	if [ "${kb:-$((most + 1))}" -le "$most" ]; then
		ok "$1 needs at most 32 MB"
	else
		not_ok "$1 needs at most 32 MB" "${kb:-unknown} kB"
	fi
}

"$BSMTRACE_GEN" -n 80000 -o "$tmp/trail" >/dev/null || exit 99
mkfifo "$tmp/in" "$tmp/out"

# Three hundred megabytes through a pipe.
mb=$(($(wc -c <"$tmp/trail") / 1000000))
for flags in '-n' '-x' '-j' '-j --threads 4'; do
	# shellcheck disable=SC2086
	"$BSMTRACE" print $flags - <"$tmp/in" >/dev/null 2>&1 &
	pid=$!
	exec 3>"$tmp/in"
	done=0
	while [ $done -lt 300 ]; do
		cat "$tmp/trail" >&3
		done=$((done + mb))
	done
	peak "print $flags of a pipe" $pid
	exec 3>&-
	wait $pid
	is '... which ends well' $? 0
done

# As much from files, on as many threads as there may be, to a slow reader.
set --
while [ $# -lt $((300 / mb)) ]; do
	set -- "$@" "$tmp/trail"
done
for n in 1 16; do
	"$BSMTRACE" print -j --threads $n "$@" >"$tmp/out" 2>&1 &
	pid=$!
	{
		head -c 400000000 >/dev/null
		sleep 1			# until everything has filled up
		peak "print -j on $n threads" $pid
		cat >/dev/null
	} <"$tmp/out"
	wait $pid
done

# Selecting: from a pipe, and from a thousand trails that lie side by side.
"$BSMTRACE" reduce -u 1003 - <"$tmp/in" >/dev/null 2>&1 &
pid=$!
exec 3>"$tmp/in"
done=0
while [ $done -lt 300 ]; do
	cat "$tmp/trail" >&3
	done=$((done + mb))
done
peak 'reduce of a pipe' $pid
exec 3>&-
wait $pid
is '... which ends well' $? 0
"$BSMTRACE_GEN" -n 150 -o "$tmp/one" >/dev/null || exit 99
mkdir "$tmp/many"
i=0
while [ $i -lt 1000 ]; do
	i=$((i + 1))
	cp "$tmp/one" "$tmp/many/$i"
done
"$BSMTRACE" reduce "$tmp"/many/* >"$tmp/out" 2>&1 &
pid=$!
{
	head -c 5000000 >/dev/null
	peak 'reduce of a thousand trails' $pid
	cat >/dev/null
} <"$tmp/out"
wait $pid

# A million sequences under way, in the old words and in the new ones: here the
# program may have so many kilobytes of addresses, its own code included. Some
# systems set aside many more for each thread than it uses, so there is but one.
million=131072

"$BSMTRACE_GEN" --sweep -u 1000000 -n 1000000 -o "$tmp/users" >/dev/null ||
    exit 99
for word in '' 'within 1 hours;'; do
	cat >"$tmp/rules" <<-end
		sequence waiting {
			subject any;
			state { event <auditevent> { AUE_EXECVE; };
			    status any; };
			state { event <auditevent> { AUE_REBOOT; };
			    status any; $word };
		};
	end
	what="a million sequences${word:+ with '$word'} need at most 128 MB"
	(
		# shellcheck disable=SC3045 # asked for; many shells have it
		ulimit -v $million 2>/dev/null || exit 77
		"$BSMTRACE" watch --threads 1 -F -a "$tmp/users" \
		    -f "$tmp/rules" >/dev/null
	)
	rc=$?
	if [ $rc -eq 77 ]; then
		skip "$what" 'no limit for addresses'
	else
		is "$what" $rc 0
	fi
done

done_testing
