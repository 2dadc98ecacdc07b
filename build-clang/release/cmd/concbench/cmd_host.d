build-clang/release/cmd/concbench/cmd_host.o: cmd/concbench/cmd_host.c \
  cmd/concbench/cmd.h lib/base/base.h lib/workload.h \
  cmd/concbench/human.h lib/exec/mode.h cmd/concbench/option.h \
  lib/base/parse.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/host/placement.h lib/result/host_json.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/human.h:

lib/exec/mode.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/host/placement.h:

lib/result/host_json.h:
