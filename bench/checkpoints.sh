#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# checkpoints.sh BSMTRACE GEN [INSTANCES] [ROUNDS] - what it costs to remember.
#
# So many sequences are under way, and each record touches one of them. The
# trail is read with and without --state, in turns; told are the least processor
# time of each, in seconds, that of the copies included, which run besides, and
# the longest pause of all checkpoints.

set -u
[ $# -ge 2 ] || { echo 'usage: checkpoints.sh BSMTRACE GEN [INSTANCES]' \
    '[ROUNDS]' >&2; exit 2; }
bsmtrace=$1
gen=$2
instances=${3:-100000}
rounds=${4:-3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/bsmtrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

cat >"$dir/rules.conf" <<'EOR'
sequence waits {
	subject any;
	timeout 4 weeks;
	state { event any; status any; };
	state { event <auditevent> { 6160; }; status failure; };
};
EOR
"$gen" -o "$dir/one" -n $((10 * instances)) -u "$instances" --sweep || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
	cat "$dir/one"
done >"$dir/trail"
rm "$dir/one"

# One run; what it says of its checkpoints is kept.
watch()		# OPTIONS...
{
	rm -rf "$dir/state"
	"$bsmtrace" -F -d -a "$dir/trail" -f "$dir/rules.conf" --threads 1 \
	    --max-instances $((2 * instances)) "$@" 2>"$dir/err" \
	    >/dev/null || { cat "$dir/err" >&2; exit 1; }
	grep 'checkpoint [0-9]*:' "$dir/err" >>"$dir/checkpoints"
}

# User and system time of a run, by the shell: children of ours that have ended.
spent()		# OPTIONS...
{
	(watch "$@"; times) | awk 'END {
		split($1, u, /[ms]/)
		split($2, s, /[ms]/)
		print u[1] * 60 + u[2] + s[1] * 60 + s[2]
	}'
}

least()		# BEFORE NOW
{
	echo "$1 $2" | awk '{ print $1 == "-" || $2 < $1 ? $2 : $1 }'
}

plain=-
kept=-
: >"$dir/checkpoints"
while [ "$rounds" -gt 0 ]; do
	plain=$(least "$plain" "$(spent)")
	kept=$(least "$kept" "$(spent --state "$dir/state")")
	rounds=$((rounds - 1))
done
echo "$plain s without, $kept s with checkpoints, copies included"
awk '{
	for (i = 1; i < NF; i++) {
		if ($i == "paused" && $(i + 1) + 0 > pause)
			pause = $(i + 1) + 0
		if ($i == "bytes" && $(i - 1) + 0 > bytes)
			bytes = $(i - 1) + 0
	}
	n++
} END { printf "%d checkpoints of %d bytes, paused for %.1f ms at most\n",
    n, bytes, pause / 1000 }' "$dir/checkpoints"
