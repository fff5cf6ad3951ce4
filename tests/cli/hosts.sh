#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# hosts.sh - several hosts, of which each is read by a processor of its own:
# what comes out is the same.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
: "${BSMTRACE:?}" "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

# Six hosts, one of which has next to nothing. www2 is damaged, www3 has a trail
# that was cut short, www4 two that overlap; db is Solaris.
from=20211014090822.20211014091822
mkdir -p all/www1 all/www2 all/www3 all/www4 all/www5 all/db
"$BSMTRACE_GEN" -n 4000 -u 20 -s 1 -o all/www1/$from.www1
"$BSMTRACE_GEN" -n 4500 -u 20 -s 2 -o whole
size=$(($(wc -c <whole)))
{
	head -c $((size / 3)) whole
	echo 'this is no record'
	tail -c +$((size / 3 + 1000)) whole | head -c $((size / 3))
	head -c 3000 /dev/zero
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do
		head -c $((i * 77)) whole
	done
	tail -c $((size / 3)) whole
} >all/www2/$from.www2
"$BSMTRACE_GEN" -n 12000 -u 20 -s 3 -o long
gzip -1 -c long | head -c 300000 >all/www3/$from.www3.gz
"$BSMTRACE_GEN" -n 2500 -u 20 -s 4 -o all/www4/$from.www4
"$BSMTRACE_GEN" -n 2500 -u 20 -s 5 \
	-o all/www4/20211014090823.20211014091822.www4
"$BSMTRACE_GEN" -n 10 -s 6 -o all/www5/$from.www5
"$BSMTRACE_GEN" -n 4000 -u 20 -s 7 --solaris -o all/db/$from.db
one=all/www1/$from.www1
two=all/www2/$from.www2
three=all/www3/$from.www3.gz

cat >both.conf <<'EOF'
sequence failures {
	subject any;
	timeout 60 seconds;
	state { event any; status failure; };
	state { event any; status failure; multiplier 20; };
};
sequence often {
	subject any;
	timeout 1 hours;
	state { event any; status success; multiplier 90; };
};
sequence bound {
	subject any;
	state { event <auditclass> { fw, fc; }; status success;
	    bind $file object; };
	state { event <auditclass> { fr; }; object == $file; status success;
	    within 1 hours; };
	timeout 1 hours;
	scope session;
};
sequence sliding {
	subject any;
	state { event any; status failure;
	    multiplier 6 distinct object in 10 minutes; };
	cooldown 5 minutes;
};
sequence missing {
	subject any;
	state { event <auditclass> { fd; }; status success; };
	state { absent 1 seconds; event <auditclass> { fd, fr; }; status any; };
};
sequence fresh {
	subject any;
	by terminal;
	state { event <auditclass> { ex; }; status any;
	    new object in 7 days learning none; };
	cooldown 10 minutes;
};
EOF
{
	cat both.conf
	cat <<'XX'
sequence everywhere {
	subject any;
	across hosts;
	state { event any; status failure; multiplier 100 in 1 days; };
	cooldown 1 hours;
};
XX
} >across.conf
for rules in both across; do
	"$BSMTRACE" check $rules.conf >checked 2>&1
	is "$rules.conf is good" "$?" 0
done

# All that a run writes and says, in a directory of its own.
watch()		# THREADS RULES OPTION...
{
	n=$1
	rules=$2
	shift 2
	rm -rf "run$n"
	mkdir "run$n"
	ln -s ../all "run$n/all"
	(
		cd "run$n" || exit 99
		"$BSMTRACE" watch --threads "$n" -F -f ../$rules.conf "$@" \
			>out 2>said
		echo "status $?" >>said
	)
}

# It is the same with more processors.
same_on_all()	# WHAT FILE...
{
	what=$1
	shift
	for n in 2 5; do
		for f in "$@"; do
			same "$what: $f is the same with --threads $n" \
				run1/$f run$n/$f
		done
	done
}

for args in '-a all --format json' '-a all --format long --strict' \
    "-a $one -a $two -a $three" "-a $three -a all -a $one" '-a all'; do
	for n in 1 2 5; do
		# shellcheck disable=SC2086
		watch $n both $args --no-triggers
	done
	same_on_all "$args" out said
done
said=$(cat run1/said)
for part in 'machine: failures' 'machine: often' 'machine: bound' \
    'machine: sliding' 'machine: missing' 'machine: fresh' \
    'bytes skipped' 'of these not shown' 'cut short'; do
	is "there was '$part'" \
	    "$(printf %s "$said" | grep -c "$part" | grep -c '^0')" 0
done

for n in 1 2 5; do
	watch $n across -a all --no-triggers
done
same_on_all 'a rule across hosts' said
is '... which raises alerts' \
    "$(grep -c 'machine: everywhere' run1/said | grep -c '^0')" 0

# Steps and their records, files, evidence, the store.
for n in 1 2 5; do
	mkdir log$n
	watch $n both -a all -B -b -l ../log$n --store alerts.db --no-triggers
	"$BSMTRACE" alerts --store run$n/alerts.db --format json \
		>run$n/stored 2>&1
	mv log$n/bsmtrace.log run$n/log
	for f in log$n/*/*; do		# names end in a random number
		cksum <"$f"
	done | sort >run$n/evidence
done
same_on_all 'with all sinks' out said log stored evidence
is 'there is evidence for each alert' "$(($(wc -l <run1/evidence)))" \
    "$(($(wc -l <run1/log)))"

# Triggers run where they belong.
cat >trigger.conf <<'EOF'
sequence many {
	subject any;
	state { event any; status failure; multiplier 25;
	    trigger "/bin/sh -c 'echo $subject $host $object >>$rule.ran'"; };
	state { event any; status failure;
	    trigger "/bin/sh -c 'echo $subject $host $uid >>$rule.ran'"; };
	cooldown 1 days;
};
EOF
for n in 1 2 5; do
	watch $n trigger -a all --trigger-max-running 500 \
		--trigger-per-minute 500
	sort run$n/many.ran >run$n/ran
done
same_on_all 'with triggers' said ran
is '... which ran' "$(test -s run1/ran; echo $?)" 0

# The limit of sequences is that of each host.
for n in 1 2 5; do
	watch $n both -a all --max-instances 60 --no-triggers
done
same_on_all 'with few sequences' said
has '... of which some were given up' "$(cat run1/said)" 'given up'

done_testing
