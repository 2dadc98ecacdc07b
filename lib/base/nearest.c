/*
 * "Did you mean": the known word nearest to a mistyped one.
 */
#include "lib/base/parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 64 /* longer words are not guessed at */

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/*
 * Insertions, deletions, substitutions and swaps of neighbours that turn a into b, no character edited twice:
 * optimal string alignment (F. J. Damerau, "A technique for computer detection and correction of spelling
 * errors", CACM 7(3), 1964; recurrence of Wagner and Fischer 1974 with Lowrance and Wagner's swap 1975). na,
 * nb <= WORD_MAX.
 */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned d[3][WORD_MAX + 1]; /* row i % 3: from the first i characters of a to the first j of b */

	for (size_t j = 0; j <= nb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned *row = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = min3(up[j] + 1, row[j - 1] + 1, up[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) &&
				up2[j - 2] + 1 < row[j])
				row[j] = up2[j - 2] + 1;
		}
	}
	return d[na % 3][nb];
}

/* The first word that text is the beginning of. One letter begins too many. */
static const char *begun(const char *text, size_t n, const char *const *words)
{
	for (; n >= 2 && *words; words++)
		if (strnlen(*words, WORD_MAX + 1) <= WORD_MAX && !strncasecmp(text, *words, n))
			return *words;
	return NULL;
}

const char *cb_nearest(const char *text, const char *const *words)
{
	const char *const *all = words;
	size_t n = strnlen(text, WORD_MAX + 1);
	unsigned most = n / 3 > 2 ? (unsigned)(n / 3) : 2, least = most + 1;
	const char *best = NULL;

	if (n > WORD_MAX)
		return NULL;
	for (; *words; words++) {
		size_t nw = strnlen(*words, WORD_MAX + 1);
		unsigned d;

		if (nw > WORD_MAX)
			continue;
		d = distance(text, n, *words, nw);
		if (d < least && d < (n > nw ? n : nw)) {
			least = d;
			best = *words;
		}
	}
	if (least > 1 && begun(text, n, all))
		return begun(text, n, all);
	return best;
}
