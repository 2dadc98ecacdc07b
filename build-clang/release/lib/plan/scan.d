build-clang/release/lib/plan/scan.o: lib/plan/scan.c lib/plan/scan.h \
  lib/plan/options.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/exec/mode.h lib/host/placement.h lib/host/allowance.h \
  lib/host/topology.h lib/base/text.h lib/plan/plan.h lib/exec/sample.h \
  lib/stats/histogram.h lib/host/host.h lib/host/capacity.h \
  lib/host/limits.h

lib/plan/scan.h:

lib/plan/options.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/exec/mode.h:

lib/host/placement.h:

lib/host/allowance.h:

lib/host/topology.h:

lib/base/text.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/capacity.h:

lib/host/limits.h:
