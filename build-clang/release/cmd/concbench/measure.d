build-clang/release/cmd/concbench/measure.o: cmd/concbench/measure.c \
  cmd/concbench/measure.h cmd/concbench/lock.h lib/base/base.h \
  lib/workload.h cmd/concbench/progress.h cmd/concbench/run_options.h \
  cmd/concbench/option.h lib/base/parse.h lib/plan/options.h \
  lib/exec/mode.h lib/host/placement.h lib/host/allowance.h \
  lib/host/topology.h cmd/concbench/style.h lib/session/session.h \
  lib/result/result.h lib/plan/plan.h lib/exec/sample.h \
  lib/stats/histogram.h lib/host/host.h lib/host/capacity.h \
  lib/host/limits.h lib/stats/order.h cmd/concbench/cmd.h lib/base/rng.h

cmd/concbench/measure.h:

cmd/concbench/lock.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/progress.h:

cmd/concbench/run_options.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/plan/options.h:

lib/exec/mode.h:

lib/host/placement.h:

lib/host/allowance.h:

lib/host/topology.h:

cmd/concbench/style.h:

lib/session/session.h:

lib/result/result.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/stats/order.h:

cmd/concbench/cmd.h:

lib/base/rng.h:
