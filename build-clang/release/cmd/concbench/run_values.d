build-clang/release/cmd/concbench/run_values.o: \
  cmd/concbench/run_values.c cmd/concbench/run_values.h \
  cmd/concbench/option.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/base/text.h lib/plan/plan.h lib/exec/sample.h lib/exec/mode.h \
  lib/stats/histogram.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/plan/options.h lib/host/placement.h

cmd/concbench/run_values.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/base/text.h:

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

lib/host/placement.h:
