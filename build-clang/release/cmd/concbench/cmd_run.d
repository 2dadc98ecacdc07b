build-clang/release/cmd/concbench/cmd_run.o: cmd/concbench/cmd_run.c \
  cmd/concbench/cmd.h lib/base/base.h lib/workload.h \
  cmd/concbench/forecast.h lib/plan/plan.h lib/exec/sample.h \
  lib/exec/mode.h lib/stats/histogram.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/base/parse.h \
  lib/host/placement.h cmd/concbench/measure.h cmd/concbench/lock.h \
  cmd/concbench/progress.h cmd/concbench/run_options.h \
  cmd/concbench/option.h cmd/concbench/style.h lib/session/session.h \
  lib/result/result.h lib/stats/order.h cmd/concbench/stdout_json.h \
  cmd/concbench/table.h cmd/concbench/table_hint.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/forecast.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/base/parse.h:

lib/host/placement.h:

cmd/concbench/measure.h:

cmd/concbench/lock.h:

cmd/concbench/progress.h:

cmd/concbench/run_options.h:

cmd/concbench/option.h:

cmd/concbench/style.h:

lib/session/session.h:

lib/result/result.h:

lib/stats/order.h:

cmd/concbench/stdout_json.h:

cmd/concbench/table.h:

cmd/concbench/table_hint.h:
