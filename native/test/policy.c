/* SPDX-License-Identifier: MIT */
#include "../policy.h"

#include "tap.h"

static void signals(void)
{
	check(signal_number("TERM") == 15 && signal_number("SIGTERM") == 15, "with or without SIG");
	check(signal_number("sigterm") == 15, "in any case");
	check(signal_number("15") == 15 && signal_number("64") == 64, "numbers");
	check(signal_number("0") == -1 && signal_number("65") == -1, "no number outside of 1 to 64");
	check(signal_number("RTMIN") == 34 && signal_number("SIGRTMAX") == 64, "the real-time ends");
	check(signal_number("RTMIN+3") == 37 && signal_number("RTMAX-1") == 63, "what is between");
	check(signal_number("RT5") == 39, "as kill(1) writes them");
	check(signal_number("RTMIN+31") == -1 && signal_number("RTMAX-31") == -1, "not beyond");
	check(signal_number("RTMIN-1") == -1 && signal_number("RTMAX+1") == -1, "not the other way");
	check(signal_number("RT") == -1 && signal_number("RTMIN+") == -1, "no half of one");
	check(signal_number("") == -1 && signal_number("SIG") == -1, "nothing is no signal");
	check(signal_number("TER") == -1 && signal_number("TERMS") == -1, "no part of a name");
	check(signal_number("99999999999999999999") == -1, "an overflow is none");
}

static void rewrites(void)
{
	struct policy policy = default_policy();

	check(policy.rewrite[15] == 15 && policy.rewrite[64] == 64, "a signal is itself at first");
	check(add_rewrite(&policy, "TERM:QUIT") && policy.rewrite[15] == 3, "one becomes another");
	check(add_rewrite(&policy, "2:0") && policy.rewrite[2] == 0, "0 drops it");
	check(add_rewrite(&policy, "RTMIN+3:SIGUSR1") && policy.rewrite[37] == 10, "real-time ones");
	check(!add_rewrite(&policy, "TERM") && !add_rewrite(&policy, "TERM:"), "two are needed");
	check(!add_rewrite(&policy, ":TERM") && !add_rewrite(&policy, "0:TERM"), "0 is no signal");
	check(!add_rewrite(&policy, "TERM:INT:HUP"), "and no third");
	check(!add_rewrite(&policy, "AVERYLONGNAMEOFSOMETHING:INT"), "no name is too long");
}

static void expected(void)
{
	struct policy policy = default_policy();

	check(add_expected(&policy, "0") && (policy.expected[0] & 1), "the first");
	check(add_expected(&policy, "143") && (policy.expected[2] >> 15 & 1), "one in the middle");
	check(add_expected(&policy, "255") && (policy.expected[3] >> 63), "the last");
	check(!add_expected(&policy, "256") && !add_expected(&policy, "-1"), "nothing beyond");
	check(!add_expected(&policy, "") && !add_expected(&policy, "1x"), "only digits");
}

int main(void)
{
	signals();
	rewrites();
	expected();
	return finish();
}
