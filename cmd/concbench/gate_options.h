/* The options of `gate`. Those that say what is measured are handed on to the builds as they are. */
#ifndef CB_GATE_OPTIONS_H
#define CB_GATE_OPTIONS_H

#include "cmd/concbench/option.h"
#include "lib/gate/gate.h"

enum cb_gate_report_kind { CB_GATE_REPORT_TEXT, CB_GATE_REPORT_MARKDOWN };
/* What an inconclusive gate's exit status is. */
enum cb_gate_inconclusive { CB_GATE_STATUS_3, CB_GATE_AS_PASS, CB_GATE_AS_FAIL };

struct cb_gate_cli {
	char *base, *head;         /* arms as written */
	struct cb_words forwarded; /* options of `plan`: "--mode=serial" */
	struct cb_words workloads; /* n = 0: the default set */
	unsigned metric;           /* enum cb_gate_metric */
	double tolerance, alpha;   /* shares */
	unsigned blocks;           /* that confirm */
	unsigned inconclusive;     /* enum cb_gate_inconclusive */
	uint64_t time_budget_ns;   /* 0: none */
	uint64_t sample_time_ns, units, warmup_ns, timeout_ns, seed;
	char *dir, *output, *replay;
	unsigned report; /* enum cb_gate_report_kind */
	bool allow_unverified, no_wait, quiet;
	bool help; /* the manual was printed: there is nothing else to do */
};

/* As cb_run_cli_parse. */
int cb_gate_cli_parse(struct cb_gate_cli *ret, int argc, char **argv);
void cb_gate_cli_release(struct cb_gate_cli *cli);

#endif
