build-clang/release/cmd/concbench/progress.o: cmd/concbench/progress.c \
  cmd/concbench/progress.h cmd/concbench/run_options.h \
  cmd/concbench/option.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/plan/options.h lib/exec/mode.h lib/host/placement.h \
  lib/host/allowance.h lib/host/topology.h cmd/concbench/style.h \
  lib/session/session.h lib/result/result.h lib/plan/plan.h \
  lib/exec/sample.h lib/stats/histogram.h lib/host/host.h \
  lib/host/capacity.h lib/host/limits.h lib/stats/order.h \
  cmd/concbench/human.h lib/host/clock.h

cmd/concbench/progress.h:

cmd/concbench/run_options.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

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

cmd/concbench/human.h:

lib/host/clock.h:
