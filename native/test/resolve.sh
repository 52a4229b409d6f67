#!/bin/sh
# What the spine makes of each hand-over, right or wrong. Usage: resolve.sh SPINE RESOLVER
spine=$1
CONFIDE_TEST_RESOLVER=$2
export CONFIDE_TEST_RESOLVER
count=0
failed=0

# expect MODE STATUS OUTPUT PROMISE
expect() {
	output=$(S=secretfile:/x TEST_MODE=$1 $spine --timeout 1s -- sh -c "$command" 2>/dev/null)
	status=$?
	count=$((count + 1))
	if [ "$status" = "$2" ] && [ "$output" = "$3" ]; then
		echo "ok $count - $4"
	else
		echo "not ok $count - $4 (status $status, output $output)"
		failed=1
	fi
}

command='cat $A_FILE; cat /proc/self/fd/21; [ $CONFIDE_PID = $$ ] && echo .'
expect good 0 'onetwo.' 'what was handed over arrives, with the own pid'
command='echo started'
expect fail 66 '' 'the exit code of a resolver that failed is ours'
expect fail-late 69 '' 'a resolver that fails after its hand-over still stops everything'
expect die 71 '' 'a resolver that is killed stops everything'
expect silent 70 '' 'a resolver that hands nothing over is a bug'
expect no-end 70 '' 'a hand-over without its end is none'
expect garbage 70 '' 'a frame that begins wrongly is refused'
expect standard-target 70 '' 'a secret can not become stdout'
expect out-of-turn 70 '' 'descriptors out of turn are refused'
expect no-descriptor 70 '' 'a promised descriptor that is missing is refused'
expect twice 70 '' 'a second end is refused'
expect hang 75 '' 'the deadline holds for a resolver that hangs'
echo "1..$count"
exit $failed
