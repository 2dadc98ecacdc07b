build-clang/release/tests/unit/test_sample_json.o: \
  tests/unit/test_sample_json.c lib/result/sample_json.h \
  lib/base/parse.h lib/base/base.h lib/workload.h lib/exec/sample.h \
  lib/exec/mode.h lib/stats/histogram.h tests/unit/result_fixture.h \
  lib/result/result.h lib/plan/plan.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/host/placement.h \
  lib/stats/order.h

lib/result/sample_json.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/stats/histogram.h:

tests/unit/result_fixture.h:

lib/result/result.h:

lib/plan/plan.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/host/placement.h:

lib/stats/order.h:
