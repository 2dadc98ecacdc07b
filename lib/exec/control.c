#include "lib/exec/control.h"

#include <string.h>
#include <sys/mman.h>

const char *const cb_status_names[] = {
	"ok",
	"skipped",
	"failed",
	"crashed",
	"timeout",
	"stalled",
	"deadlock",
	"mismatch",
	NULL,
};

const char *const cb_step_names[] = {
	[CB_STEP_NONE] = "nothing",
	[CB_STEP_CREATE] = "creation",
	[CB_STEP_SETUP] = "setup",
	[CB_STEP_INIT] = "worker_init",
	[CB_STEP_WARMUP] = "warm-up",
	[CB_STEP_GATE] = "the gate",
	[CB_STEP_RUN] = "run",
	[CB_STEP_ENDED] = "waiting for the others to end",
	[CB_STEP_FINI] = "worker_fini",
	[CB_STEP_LEFT] = "leaving",
	[CB_STEP_VERIFY] = "verify",
	[CB_STEP_TEARDOWN] = "teardown",
	[CB_STEP_PREPARE] = "prepare",
	[CB_STEP_EXPECT] = "expect",
};

struct cb_control *cb_control_new(unsigned slots_n, unsigned histograms_n)
{
	size_t slots = sizeof(struct cb_control) + slots_n * sizeof(struct cb_slot);
	size_t histograms = histograms_n * sizeof(struct cb_histogram);
	size_t bytes = slots + histograms + slots_n * sizeof(struct cb_child);
	struct cb_control *control = mmap(
		NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (control == MAP_FAILED)
		return NULL;
	control->bytes = bytes;
	control->slots_n = slots_n;
	control->children = (struct cb_child *)((char *)control + slots + histograms);
	if (histograms_n)
		control->histograms = (struct cb_histogram *)((char *)control + slots);
	return control;
}

void cb_control_free(struct cb_control *control)
{
	if (control)
		munmap(control, control->bytes);
}

void cb_notes_add(struct cb_note *notes, unsigned *n, const char *key, const char *word, double number)
{
	unsigned i = 0;

	while (i < *n && strcmp(notes[i].key, key) != 0)
		i++;
	if (i == CB_NOTES_MAX)
		return;
	if (i == *n)
		++*n;
	snprintf(notes[i].key, sizeof notes[i].key, "%s", key);
	snprintf(notes[i].word, sizeof notes[i].word, "%s", word);
	notes[i].number = number;
}
