/*
 * The values of single options of `run`, as the parse functions of its rows: see option.h. What
 * the field is stands behind each.
 */
#ifndef CB_RUN_VALUES_H
#define CB_RUN_VALUES_H

#include "cmd/concbench/option.h"

/* unsigned: bits 1 << index into cb_modes */
int cb_value_modes(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* unsigned: bits 1 << enum cb_dispatch */
int cb_value_dispatches(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* unsigned: bits 1 << enum cb_pin */
int cb_value_pins(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* char *: the list as written, its form checked */
int cb_value_workers(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* struct cb_numbers */
int cb_value_cpus(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* unsigned[2]: processes, threads */
int cb_value_shape(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* unsigned */
int cb_value_inflight(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* uint64_t: 0 is auto */
int cb_value_batch(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* double: units a second */
int cb_value_rate(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* double: a share, not percent */
int cb_value_precision(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* double: a share from 0.0001 on, written in percent, at most the row's max */
int cb_value_share(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* uint64_t */
int cb_value_seed(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* uint64_t: nanoseconds; CB_NONE is none */
int cb_value_stall(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* struct cb_fault */
int cb_value_fault(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* struct cb_words: one more */
int cb_value_path(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* char *: a command in canonical text */
int cb_value_command(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* struct cb_run_options: one more scan */
int cb_value_scan(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
/* struct cb_run_options: one more label */
int cb_value_label(const struct cb_option *o, void *field, const char *text, struct cb_error *err);

#endif
