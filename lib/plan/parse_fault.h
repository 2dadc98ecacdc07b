/* --fault as users write it. */
#ifndef CB_PLAN_PARSE_FAULT_H
#define CB_PLAN_PARSE_FAULT_H

#include "lib/base/base.h"
#include "lib/exec/fault.h"

/*
 * HOW[:worker=I,after=PCT]: HOW is one of cb_fault_names but "none"; worker 0 and after 50 unless given; PCT
 * is 0..100, with or without a percent sign. Errors as lib/base/parse.h says. Pure.
 */
int cb_parse_fault(const char *text, struct cb_fault *ret, struct cb_error *err);

#endif
