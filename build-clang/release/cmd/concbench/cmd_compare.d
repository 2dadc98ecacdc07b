build-clang/release/cmd/concbench/cmd_compare.o: \
  cmd/concbench/cmd_compare.c cmd/concbench/cmd.h lib/base/base.h \
  lib/workload.h cmd/concbench/human.h lib/exec/mode.h \
  cmd/concbench/option.h lib/base/parse.h cmd/concbench/style.h \
  lib/analyze/compare.h lib/result/stored.h lib/stats/shift.h \
  lib/result/compare_json.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/human.h:

lib/exec/mode.h:

cmd/concbench/option.h:

lib/base/parse.h:

cmd/concbench/style.h:

lib/analyze/compare.h:

lib/result/stored.h:

lib/stats/shift.h:

lib/result/compare_json.h:
