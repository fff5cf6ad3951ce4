# SPDX-License-Identifier: BSD-2-Clause
# tally.awk - what Meson's testlog.json says, told check by check.
#
# One JSON object a line, one line for each test, whose "stdout" is TAP. Prints
# what failed with the lines that explain it, then, last, the three counts:
# passed, failed, skipped. A test that failed without saying `not ok` has
# crashed or did too little: that is one failure, shown with its messages.

# The string value of a key, unescaped; "" when there is none.
function value(line, key,	at, text, out, c)
{
	at = index(line, "\"" key "\": \"")
	if (at == 0)
		return ""
	text = substr(line, at + length(key) + 5)
	out = ""
	while ((at = match(text, /["\\]/)) != 0) {
		out = out substr(text, 1, at - 1)
		if (substr(text, at, 1) == "\"")
			return out
		c = substr(text, at + 1, 1)
		if (c == "u") {
			out = out "?"
			text = substr(text, at + 6)
			continue
		}
		out = out (c == "n" ? "\n" : c == "t" ? "\t" : \
		    c == "r" ? "" : c)
		text = substr(text, at + 2)
	}
	return out
}

# The last N lines of a text, set in.
function show_end(text, n,	lines, count, i)
{
	count = split(text, lines, "\n")
	for (i = count > n ? count - n : 1; i <= count; i++)
		if (lines[i] != "")
			print "    " lines[i]
}

{
	name = value($0, "name")
	result = value($0, "result")
	text = value($0, "stdout")
	good = result == "OK" || result == "SKIP" || result == "EXPECTEDFAIL"
	n = split(text, tap, "\n")
	here = explains = 0
	for (i = 1; i <= n; i++) {
		if (tap[i] ~ /^ *not ok/) {
			here++
			explains = 1
			print "FAILED " name ": " tap[i]
		} else if (tap[i] ~ /^ *ok.*# *[Ss][Kk][Ii][Pp]/) {
			skipped++
			explains = 0
		} else if (tap[i] ~ /^ *ok/) {
			passed++
			explains = 0
		} else if (explains && tap[i] ~ /^ *#/)
			print "    " tap[i]
	}
	failed += here
	if (!good && here == 0) {
		failed++
		print "FAILED " name ": " result \
		    ", status " substr($0, index($0, "\"returncode\": ") + 14, 4)
		show_end(text, 10)
	}
	if (!good)
		show_end(value($0, "stderr"), 60)
}

END {
	printf "%d %d %d\n", passed, failed, skipped
}
