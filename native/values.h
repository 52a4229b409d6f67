/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_VALUES_H
#define CONFIDE_VALUES_H

#include <stdint.h>

/* Of a long in decimal digits, its sign and a NUL. */
#define DECIMAL_SIZE 21

/* DIGITS[.DIGITS] with ms, s, m, h or nothing (seconds), up to a day. Nanoseconds, or -1. */
int64_t duration(const char *text);

/* Digits of that base and nothing else, up to `most`. Returns -1 for anything else. */
long whole_number(const char *text, int base, long most);

/* Write a number that is not negative in decimal digits; returns where they begin. */
const char *decimal(long number, char text[DECIMAL_SIZE]);

#endif
