/* The options of `selftest`. Those that say which cells there are are handed on as they are. */
#ifndef CB_SELFTEST_OPTIONS_H
#define CB_SELFTEST_OPTIONS_H

#include "cmd/concbench/option.h"
#include "lib/gate/selftest.h"
#include "lib/result/selftest_json.h"

enum cb_selftest_report_kind { CB_SELFTEST_REPORT_TEXT, CB_SELFTEST_REPORT_MARKDOWN };

#define CB_SELFTEST_SETTINGS 18

struct cb_selftest_cli {
	struct cb_words arrangement; /* options of `plan` that any workload can have: "--mode=serial" */
	struct cb_words options;     /* all options of `plan` */
	struct cb_words workloads;
	struct cb_selftest_slowdowns {
		double v[CB_SELFTEST_SLOWDOWNS_MAX]; /* shares, ascending */
		unsigned n;
	} slowdowns;
	unsigned gates, gates_each, replays, blocks;
	double tolerance;                      /* a share */
	unsigned disturb;                      /* enum cb_disturbance */
	uint64_t gate_time_ns, time_budget_ns; /* 0: none */
	uint64_t sample_time_ns, warmup_ns, timeout_ns, seed;
	char *mode, *workers, *shape, *pin, *cells; /* as written; NULL: not given */
	char *dir, *output;
	unsigned report; /* enum cb_selftest_report_kind */
	bool quick, allow_unverified, no_wait, quiet;
	bool help; /* the manual was printed: there is nothing else to do */
	/* All of the above that what is measured depends on: equal for those who may go on with a file. */
	struct cb_selftest_setting settings[CB_SELFTEST_SETTINGS];
	unsigned settings_n;
};

/* As cb_run_cli_parse. */
int cb_selftest_cli_parse(struct cb_selftest_cli *ret, int argc, char **argv);
void cb_selftest_cli_release(struct cb_selftest_cli *cli);

#endif
