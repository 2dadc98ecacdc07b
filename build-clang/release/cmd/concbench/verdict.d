build-clang/release/cmd/concbench/verdict.o: cmd/concbench/verdict.c \
  cmd/concbench/verdict.h lib/result/result.h lib/plan/plan.h \
  lib/exec/sample.h lib/exec/mode.h lib/base/base.h lib/workload.h \
  lib/stats/histogram.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/plan/options.h lib/base/parse.h lib/host/placement.h \
  lib/stats/order.h cmd/concbench/cell_name.h cmd/concbench/marks.h \
  lib/base/text.h lib/result/ratio.h

cmd/concbench/verdict.h:

lib/result/result.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/base/parse.h:

lib/host/placement.h:

lib/stats/order.h:

cmd/concbench/cell_name.h:

cmd/concbench/marks.h:

lib/base/text.h:

lib/result/ratio.h:
