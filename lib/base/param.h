/*
 * A workload's parameters: from text to its validated struct, and back to canonical text. Pure, but for
 * cb_params_identify_files, which reads files.
 */
#ifndef CB_BASE_PARAM_H
#define CB_BASE_PARAM_H

#include "lib/base/parse.h"

/*
 * Fills data (workload->params_size bytes) with defaults, then the pairs of spec; spec may be NULL, its
 * workload name is not looked at. data is untouched on failure. Errors: -EINVAL/-ERANGE: unknown name
 * (nearest one named), a value that does not parse or is out of range (range named), a default in the
 * workload's table that is not valid; -ENOMEM.
 */
int cb_params_parse(
	const struct cb_workload *workload, const struct cb_spec *spec, void *data, struct cb_error *err);

/* One value set from text, as cb_params_parse does; data was filled by it. For --scan. */
int cb_params_set(const struct cb_workload *workload, void *data, const char *name, const char *text,
	struct cb_error *err);

#define CB_PARAM_TEXT_MAX CB_COMMAND_MAX /* bytes of a value in canonical text, with its end */

/* Fills size and CRC-32 (zlib) of the file at file->path; errors as below. */
int cb_file_identify(struct cb_file *file, struct cb_error *err);

/*
 * Finds the program that execvp(3) would start, with size and CRC-32 where it can be read. Errors: -ENOENT;
 * the errno of why it cannot be executed.
 */
int cb_program_find(const char *name, struct cb_file *ret, struct cb_error *err);

/*
 * Completes every file parameter that names a file: size and CRC-32 (zlib) of its content, and every command:
 * where its program is. Errors: negative errno of open/read with the path; -EINVAL when it is not a regular
 * file; those of cb_program_find. Files before a failing one are complete.
 */
int cb_params_identify_files(const struct cb_workload *workload, void *data, struct cb_error *err);

/*
 * The value in canonical text (sizes and durations with units, files as their path), into buf, cut to size
 * bytes with the end: CB_PARAM_TEXT_MAX hold any. Not escaped; cb_params_set makes the same value of it.
 * Returns buf.
 */
char *cb_param_format(const struct cb_param *param, const void *data, char *buf, size_t size);
bool cb_param_is_default(const struct cb_param *param, const void *data);

/*
 * "name=value,..." of the non-default params, sorted by name, values escaped as on the command line; a file
 * (even a default one: what is in it counts) as its path with size and CRC-32 appended, "@size.crc32". ""
 * when all are default. Allocated; NULL: no memory.
 */
char *cb_params_id(const struct cb_workload *workload, const void *data);

#endif
