#include "lib/exec/control.h"

#include <string.h>
#include <sys/mman.h>

#include "lib/base/parse.h"

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
	[CB_STEP_LOAD] = "loading the plugin",
};

static size_t slots_bytes(unsigned slots_n)
{
	return sizeof(struct cb_control) + slots_n * sizeof(struct cb_slot);
}

size_t cb_control_bytes(unsigned slots_n, unsigned histograms_n)
{
	return slots_bytes(slots_n) + histograms_n * sizeof(struct cb_histogram) +
	       slots_n * sizeof(struct cb_child);
}

static void lay_out(struct cb_control *control, unsigned slots_n, unsigned histograms_n)
{
	char *behind = (char *)control + slots_bytes(slots_n);

	control->bytes = cb_control_bytes(slots_n, histograms_n);
	control->slots_n = slots_n;
	control->children = (struct cb_child *)(behind + histograms_n * sizeof(struct cb_histogram));
	control->histograms = histograms_n ? (struct cb_histogram *)behind : NULL;
}

struct cb_control *cb_control_new(unsigned slots_n, unsigned histograms_n)
{
	struct cb_control *control = mmap(NULL, cb_control_bytes(slots_n, histograms_n),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (control == MAP_FAILED)
		return NULL;
	lay_out(control, slots_n, histograms_n);
	return control;
}

static void tame_step(_Atomic uint32_t *step)
{
	if (atomic_load(step) >= CB_STEPS)
		atomic_store(step, CB_STEP_NONE);
}

static void tame_text(char *text, size_t size)
{
	text[size - 1] = '\0';
	cb_tame(text);
}

void cb_control_tame(struct cb_control *control, unsigned slots_n, unsigned histograms_n)
{
	lay_out(control, slots_n, histograms_n);
	if ((unsigned)control->status > CB_MISMATCH)
		control->status = CB_FAILED;
	tame_step(&control->leader_step);
	tame_text(control->error.text, sizeof control->error.text);
	if (control->notes_n > CB_NOTES_MAX)
		control->notes_n = CB_NOTES_MAX;
	for (unsigned i = 0; i < control->notes_n; i++) {
		tame_text(control->notes[i].key, sizeof control->notes[i].key);
		tame_text(control->notes[i].word, sizeof control->notes[i].word);
	}
	for (unsigned i = 0; i < slots_n; i++)
		tame_step(&control->slots[i].step);
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
