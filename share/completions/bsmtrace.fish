# SPDX-License-Identifier: BSD-2-Clause
# fish completion of bsmtrace, and of praudit and auditreduce where these are
# links to it. The program knows its options: it is asked.

function __bsmtrace_offers
	set -l words (commandline -opc)
	set -l word (commandline -ct)
	set -l lines ($words[1] --completion $words[2..-1] "$word" 2>/dev/null)
	set -l answer (string split \t -- $lines[1])
	set -l before $answer[2]
	set -l value (string sub -s (math 1 + (string length -- "$before")) \
	    -- "$word")

	switch $answer[1]
	case files
		set lines '' (__fish_complete_path $value)
	case directories
		set lines '' (__fish_complete_directories $value '')
	case users
		set lines '' (__fish_complete_users)
	case groups
		set lines '' (__fish_complete_groups)
	case '*'
		set before ''
	end
	for line in $lines[2..-1]
		echo "$before$line"
	end
end

complete -c bsmtrace -f -a '(__bsmtrace_offers)'
for name in praudit auditreduce
	if test (realpath (command -s $name; or echo $name) 2>/dev/null) = \
	    (realpath (command -s bsmtrace; or echo bsmtrace) 2>/dev/null)
		complete -c $name -f -a '(__bsmtrace_offers)'
	end
end
