build-clang/release/cmd/concbench/cmd_analyze.o: \
  cmd/concbench/cmd_analyze.c cmd/concbench/cmd.h lib/base/base.h \
  lib/workload.h cmd/concbench/human.h lib/exec/mode.h \
  cmd/concbench/option.h lib/base/parse.h cmd/concbench/style.h \
  lib/analyze/analyze.h lib/result/stored.h lib/stats/order.h \
  lib/stats/scaling.h lib/stats/solver.h lib/result/analysis_json.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/human.h:

lib/exec/mode.h:

cmd/concbench/option.h:

lib/base/parse.h:

cmd/concbench/style.h:

lib/analyze/analyze.h:

lib/result/stored.h:

lib/stats/order.h:

lib/stats/scaling.h:

lib/stats/solver.h:

lib/result/analysis_json.h:
