build-clang/release/lib/result/host_json.o: lib/result/host_json.c \
  lib/result/host_json.h lib/host/host.h lib/host/allowance.h \
  lib/base/base.h lib/workload.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h

lib/result/host_json.h:

lib/host/host.h:

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:
