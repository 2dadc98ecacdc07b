/* Saving, and what must not be lost or left behind when it fails. */
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct room {
	struct fixture *f;
	char folder[32], path[64], part[80], fresh[96];
	struct cb_saver saver;
	struct cb_error err;
};

static void set_path(struct room *room, const char *folder)
{
	snprintf(room->path, sizeof room->path, "%s/r.json", folder);
	snprintf(room->part, sizeof room->part, "%s.part", room->path);
	snprintf(room->fresh, sizeof room->fresh, "%s.new", room->part);
}

static int enter(void **state)
{
	struct room *room = calloc(1, sizeof *room);
	void *f;

	*state = room;
	if (!room || fixture_new(&f))
		return -1;
	room->f = f;
	strcpy(room->folder, "/tmp/test_saver.XXXXXX");
	set_path(room, mkdtemp(room->folder));
	return 0;
}

static int leave(void **state)
{
	struct room *room = *state;
	void *f = room->f;
	char command[64];

	cb_saver_release(&room->saver);
	fixture_free(&f);
	snprintf(command, sizeof command, "rm -rf %s", room->folder);
	free(room);
	return system(command);
}

static int init(struct room *room)
{
	return cb_saver_init(&room->saver, room->path, &room->err);
}

/* *ret_path of finish, which must succeed. */
static const char *finish(struct room *room)
{
	const char *path = "(unset)";

	assert_int_equal(cb_saver_finish(&room->saver, &room->f->result, &path, &room->err), 0);
	return path;
}

static void measure(struct room *room)
{
	fixture_add_time(room->f, SERIAL, 0, 100000000);
	cb_result_summarize(&room->f->result, 0);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* The first bytes of a file, for comparisons; static. */
static char *head_of(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

static bool says_partial(const char *path)
{
	return strstr(head_of(path), "\"partial\": true");
}

/* From its first byte to its last. */
static bool is_whole(const char *path)
{
	const char *text = head_of(path);
	size_t n = strlen(text);

	return n > 5 && text[0] == '{' && !strcmp(text + n - 4, "]\n}\n");
}

static void test_finish_replaces(void **state)
{
	struct room *room = *state;

	write_file(room->path, "old");
	assert_int_equal(init(room), 0);
	measure(room);
	assert_string_equal(finish(room), room->path);
	assert_int_equal(head_of(room->path)[0], '{');
	assert_false(says_partial(room->path));
	assert_false(exists(room->part));
}

static void test_checkpoint_says_partial_and_is_rare(void **state)
{
	struct room *room = *state;

	assert_int_equal(init(room), 0);
	assert_false(exists(room->part));
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_false(exists(room->part)); /* nothing measured yet */
	measure(room);
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_true(says_partial(room->part));
	assert_false(exists(room->path));
	unlink(room->part);
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_false(exists(room->part)); /* within a second */
	room->saver.last_ns -= 1000000000;
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_true(exists(room->part));
	assert_false(exists(room->fresh));
	cb_saver_release(&room->saver);
	assert_true(exists(room->part)); /* not finished: all that there is */
}

static void test_interrupt_keeps_an_existing_file(void **state)
{
	struct room *room = *state;

	write_file(room->path, "old");
	assert_int_equal(init(room), 0);
	measure(room);
	room->f->result.partial = true;
	assert_string_equal(finish(room), room->part);
	cb_saver_release(&room->saver);
	assert_string_equal(head_of(room->path), "old");
	assert_true(says_partial(room->part));
}

static void test_interrupt_saves_where_no_file_was(void **state)
{
	struct room *room = *state;

	assert_int_equal(init(room), 0);
	measure(room);
	room->f->result.partial = true;
	assert_string_equal(finish(room), room->path);
	assert_true(says_partial(room->path));
	assert_false(exists(room->part));
}

static void test_nothing_measured_touches_nothing(void **state)
{
	struct room *room = *state;

	write_file(room->path, "old");
	assert_int_equal(init(room), 0);
	assert_null(finish(room));
	cb_saver_release(&room->saver);
	assert_string_equal(head_of(room->path), "old");
	assert_false(exists(room->part));
}

static void test_failures_alone_replace_nothing(void **state)
{
	struct room *room = *state;

	write_file(room->path, "old");
	assert_int_equal(init(room), 0);
	room->f->result.cells[SERIAL].status = CB_CRASHED;
	assert_string_equal(finish(room), room->part);
	assert_string_equal(head_of(room->path), "old");
	assert_non_null(strstr(head_of(room->part), "crashed"));
}

static void test_failures_alone_are_saved_where_no_file_was(void **state)
{
	struct room *room = *state;

	assert_int_equal(init(room), 0);
	room->f->result.cells[SERIAL].status = CB_CRASHED;
	assert_string_equal(finish(room), room->path);
}

static void test_stale_part_is_replaced_but_not_before_there_is_a_new_one(void **state)
{
	struct room *room = *state;

	write_file(room->part, "of a killed run");
	assert_int_equal(init(room), 0);
	cb_saver_release(&room->saver);
	assert_string_equal(head_of(room->part), "of a killed run");
	assert_int_equal(init(room), 0);
	measure(room);
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_true(says_partial(room->part));
}

static void test_stale_unfinished_save_is_replaced(void **state)
{
	struct room *room = *state;

	write_file(room->fresh, "half of a ki");
	assert_int_equal(init(room), 0);
	measure(room);
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_false(exists(room->fresh));
	assert_true(is_whole(room->part));
}

/* A link that stands in the place of one of our files must not be followed. */
static void test_places_that_are_links_are_refused(void **state)
{
	struct room *room = *state;
	const char *const places[] = { room->part, room->fresh };

	for (size_t i = 0; i < CB_COUNT(places); i++) {
		struct cb_error err = { 0 };

		assert_int_equal(symlink("/etc/passwd", places[i]), 0);
		assert_int_equal(cb_saver_init(&room->saver, room->path, &err), -EEXIST);
		assert_non_null(strstr(err.text, places[i]));
		unlink(places[i]);
	}
}

static void test_symbolic_link_stays_and_its_target_is_replaced(void **state)
{
	struct room *room = *state;
	char target[64];
	struct stat st;

	snprintf(target, sizeof target, "%s/target.json", room->folder);
	write_file(target, "old");
	assert_int_equal(symlink(target, room->path), 0);
	assert_int_equal(init(room), 0);
	measure(room);
	assert_string_equal(finish(room), room->path);
	assert_int_equal(lstat(room->path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(head_of(target)[0], '{');
}

static void test_bad_places_are_found_before_measuring(void **state)
{
	static const struct {
		const char *path;
		int code;
	} cases[] = {
		{ "", -ENOENT },
		{ "/tmp/no-such-folder-here/r.json", -ENOENT },
		{ "/dev/null/r.json", -ENOTDIR },
		{ "/tmp", -EISDIR },
	};
	struct room *room = *state;

	for (size_t i = 0; i < CB_COUNT(cases); i++) {
		struct cb_error err = { 0 };

		assert_int_equal(cb_saver_init(&room->saver, cases[i].path, &err), cases[i].code);
		assert_true(!strncmp(err.text, "cannot save to ", 15));
		assert_null(room->saver.path);
	}
	assert_true(cb_saver_init(&room->saver, "/proc/r.json", &room->err) < 0);
}

static void test_unwritable_folder(void **state)
{
	struct room *room = *state;

	if (!geteuid())
		skip();
	assert_int_equal(chmod(room->folder, 0555), 0);
	assert_int_equal(init(room), -EACCES);
	chmod(room->folder, 0755);
}

static void test_fifo_is_refused(void **state)
{
	struct room *room = *state;

	assert_int_equal(mkfifo(room->path, 0600), 0);
	assert_int_equal(init(room), -EOPNOTSUPP);
	unlink(room->path);
}

static void test_name_too_long_for_part(void **state)
{
	struct room *room = *state;
	char path[300];
	int n = snprintf(path, sizeof path, "%s/", room->folder);

	memset(path + n, 'x', 253);
	path[n + 253] = '\0';
	assert_int_equal(cb_saver_init(&room->saver, path, &room->err), -ENAMETOOLONG);
}

static void test_devices_are_written_in_place(void **state)
{
	struct room *room = *state;
	const char *path;
	struct stat st;

	measure(room);
	assert_int_equal(cb_saver_init(&room->saver, "/dev/null", &room->err), 0);
	assert_int_equal(cb_saver_checkpoint(&room->saver, &room->f->result, &room->err), 0);
	assert_string_equal(finish(room), "/dev/null");
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_false(exists("/dev/null.part"));
	cb_saver_release(&room->saver);
	assert_int_equal(cb_saver_init(&room->saver, "/dev/full", &room->err), 0);
	assert_int_equal(cb_saver_finish(&room->saver, &room->f->result, &path, &room->err), -ENOSPC);
	assert_non_null(strstr(room->err.text, "/dev/full"));
}

static int limit_files(rlim_t bytes, void (*on_excess)(int))
{
	const struct rlimit limit = { bytes, bytes }, no_core = { 0, 0 };

	signal(SIGXFSZ, on_excess);
	return setrlimit(RLIMIT_CORE, &no_core) || setrlimit(RLIMIT_FSIZE, &limit);
}

/* Exit status of the child: 0 when checkpoint and finish both failed with EFBIG and left nothing. */
static int save_within_100_bytes(struct room *room)
{
	const char *path = NULL;
	int first, second;

	if (limit_files(100, SIG_IGN))
		return 2;
	first = cb_saver_checkpoint(&room->saver, &room->f->result, &room->err);
	second = cb_saver_finish(&room->saver, &room->f->result, &path, &room->err);
	return first != -EFBIG || second != -EFBIG || path || exists(room->part) || exists(room->fresh);
}

/* Exit status of the child: 0 when the second save failed and the first one is still there, and named. */
static int save_again_within_100_bytes(struct room *room)
{
	const char *path = NULL;

	if (cb_saver_checkpoint(&room->saver, &room->f->result, &room->err) || limit_files(100, SIG_IGN))
		return 2;
	if (cb_saver_finish(&room->saver, &room->f->result, &path, &room->err) != -EFBIG || path)
		return 3;
	cb_saver_release(&room->saver);
	if (!is_whole(room->part) || exists(room->fresh))
		return 4;
	return !strstr(room->err.text, room->part);
}

/* Dies in the middle of the second save, of SIGXFSZ. */
static int die_while_saving_again(struct room *room)
{
	if (cb_saver_checkpoint(&room->saver, &room->f->result, &room->err) || limit_files(100, SIG_DFL))
		return 2;
	room->saver.last_ns = 0;
	cb_saver_checkpoint(&room->saver, &room->f->result, &room->err);
	return 3;
}

/*
 * The wait status of body in a process of its own, since a hard limit cannot be raised again. It makes its
 * own result: a fork does not inherit one.
 */
static int status_of_child(struct room *room, int (*body)(struct room *room))
{
	pid_t pid;
	int status;

	assert_int_equal(init(room), 0);
	pid = fork();
	if (!pid) {
		void *f;

		if (fixture_new(&f))
			_exit(3);
		room->f = f;
		measure(room);
		_exit(body(room));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_file_size_limit(void **state)
{
	struct room *room = *state;

	write_file(room->path, "old");
	assert_int_equal(status_of_child(room, save_within_100_bytes), 0);
	assert_string_equal(head_of(room->path), "old");
}

static void test_failed_save_keeps_the_one_before(void **state)
{
	struct room *room = *state;

	assert_int_equal(status_of_child(room, save_again_within_100_bytes), 0);
	assert_false(exists(room->path));
}

static void test_death_while_saving_keeps_the_save_before(void **state)
{
	struct room *room = *state;
	int status = status_of_child(room, die_while_saving_again);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	assert_true(is_whole(room->part));
	assert_true(exists(room->fresh)); /* it did die there */
}

static void test_folder_that_goes_away(void **state)
{
	struct room *room = *state;
	const char *path = NULL;

	assert_int_equal(init(room), 0);
	measure(room);
	assert_int_equal(rmdir(room->folder), 0);
	assert_int_equal(cb_saver_finish(&room->saver, &room->f->result, &path, &room->err), -ENOENT);
	assert_null(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(test_finish_replaces),
		TEST(test_checkpoint_says_partial_and_is_rare),
		TEST(test_interrupt_keeps_an_existing_file),
		TEST(test_interrupt_saves_where_no_file_was),
		TEST(test_nothing_measured_touches_nothing),
		TEST(test_failures_alone_replace_nothing),
		TEST(test_failures_alone_are_saved_where_no_file_was),
		TEST(test_stale_part_is_replaced_but_not_before_there_is_a_new_one),
		TEST(test_stale_unfinished_save_is_replaced),
		TEST(test_places_that_are_links_are_refused),
		TEST(test_symbolic_link_stays_and_its_target_is_replaced),
		TEST(test_bad_places_are_found_before_measuring),
		TEST(test_unwritable_folder),
		TEST(test_fifo_is_refused),
		TEST(test_name_too_long_for_part),
		TEST(test_devices_are_written_in_place),
		TEST(test_file_size_limit),
		TEST(test_failed_save_keeps_the_one_before),
		TEST(test_death_while_saving_keeps_the_save_before),
		TEST(test_folder_that_goes_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
