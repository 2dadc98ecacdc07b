build-clang/release/cmd/concbench/cmd_list.o: cmd/concbench/cmd_list.c \
  cmd/concbench/cmd.h lib/base/base.h lib/workload.h \
  cmd/concbench/option.h lib/base/parse.h lib/exec/mode.h \
  lib/plan/registry.h lib/result/list_json.h lib/plan/plan.h \
  lib/exec/sample.h lib/stats/histogram.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/host/placement.h \
  lib/result/result.h lib/stats/order.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/exec/mode.h:

lib/plan/registry.h:

lib/result/list_json.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/host/placement.h:

lib/result/result.h:

lib/stats/order.h:
