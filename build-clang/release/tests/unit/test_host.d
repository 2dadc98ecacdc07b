build-clang/release/tests/unit/test_host.o: tests/unit/test_host.c \
  lib/host/host.h lib/host/allowance.h lib/base/base.h lib/workload.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/host/identity.h lib/host/sysfile.h lib/result/host_json.h

lib/host/host.h:

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/host/identity.h:

lib/host/sysfile.h:

lib/result/host_json.h:
