#include "lib/base/amount.h"

#include <math.h>
#include <string.h>

/* One step of a ladder of units. */
struct step {
	double factor;
	const char *unit;
};

static const struct step si_steps[] = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" }, { 1, "" } };
#define SI_MAX 1e16 /* from here on in exponential notation */
static const struct step time_steps[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" }, { 1, "ns" } };
static const struct step byte_steps[] = {
	{ 1024.0 * 1024 * 1024 * 1024, "TiB" },
	{ 1024.0 * 1024 * 1024, "GiB" },
	{ 1024.0 * 1024, "MiB" },
	{ 1024.0, "KiB" },
	{ 1, "B" },
};

/* value >= 0 in fixed notation with that many significant digits, none after the point that mean nothing. */
static char *significant(double value, int digits, const char *unit, char *buf)
{
	double rounded_up = value * (1 + 0.5 * pow(10, -digits));
	int before = value > 0 ? (int)floor(log10(rounded_up)) + 1 : 1;
	int after = digits - before;

	snprintf(buf, CB_HUMAN, "%.*f%s", after < 0 ? 0 : after > 9 ? 9 : after, value, unit);
	return buf;
}

/* On the largest step that value reaches once it is rounded. */
static char *on_ladder(double value, const struct step *steps, size_t n, int digits, char *buf)
{
	double rounded_up = value * (1 + 0.5 * pow(10, -digits));
	size_t i = 0;

	while (i + 1 < n && rounded_up < steps[i].factor)
		i++;
	if (steps[i].factor == 1 && value == floor(value)) {
		snprintf(buf, CB_HUMAN, "%.0f%s", value, steps[i].unit);
		return buf;
	}
	return significant(value / steps[i].factor, digits, steps[i].unit, buf);
}

char *cb_human_si(double value, char *buf)
{
	if (!isfinite(value) || value < 0)
		return strcpy(buf, "-");
	if (value >= SI_MAX) {
		snprintf(buf, CB_HUMAN, "%.3e", value);
		return buf;
	}
	return on_ladder(value, si_steps, CB_COUNT(si_steps), 4, buf);
}

char *cb_human_ns(uint64_t ns, char *buf)
{
	if (ns == CB_NONE)
		return strcpy(buf, "-");
	return on_ladder((double)ns, time_steps, CB_COUNT(time_steps), 3, buf);
}

char *cb_human_bytes(uint64_t bytes, char *buf)
{
	if (bytes == CB_NONE)
		return strcpy(buf, "-");
	return on_ladder((double)bytes, byte_steps, CB_COUNT(byte_steps), 3, buf);
}

char *cb_human_share(double share, char *buf)
{
	double percent = fabs(share) * 100;

	if (!isfinite(share))
		return strcpy(buf, "-");
	if (percent >= 9.95)
		snprintf(buf, CB_HUMAN, "%.0f%%", share * 100);
	else if (percent >= 0.05 || percent == 0)
		snprintf(buf, CB_HUMAN, "%.1f%%", share * 100);
	else
		snprintf(buf, CB_HUMAN, "%.2f%%", share * 100);
	return buf;
}

char *cb_human_wait(uint64_t ns, char *buf)
{
	unsigned long s = (unsigned long)((ns + 500000000u) / 1000000000u);

	if (s < 60)
		snprintf(buf, CB_HUMAN, "%lus", s);
	else if (s < 3600)
		snprintf(buf, CB_HUMAN, "%lum%02lus", s / 60, s % 60);
	else
		snprintf(buf, CB_HUMAN, "%luh%02lum", s / 3600, s / 60 % 60);
	return buf;
}

char *cb_human_count(uint64_t n, const char *thing, char *buf)
{
	snprintf(buf, CB_HUMAN, "%llu %s%s", (unsigned long long)n, thing, n == 1 ? "" : "s");
	return buf;
}
