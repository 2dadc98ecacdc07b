build-clang/release/cmd/concbench/run_options.o: \
  cmd/concbench/run_options.c cmd/concbench/run_options.h \
  cmd/concbench/option.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/plan/options.h lib/exec/mode.h lib/host/placement.h \
  lib/host/allowance.h lib/host/topology.h cmd/concbench/cmd.h \
  cmd/concbench/run_values.h lib/plan/plan.h lib/exec/sample.h \
  lib/stats/histogram.h lib/host/host.h lib/host/capacity.h \
  lib/host/limits.h

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

cmd/concbench/cmd.h:

cmd/concbench/run_values.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/capacity.h:

lib/host/limits.h:
