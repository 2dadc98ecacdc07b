#!/usr/bin/env bats
# --rate: units arrive by a schedule, service and response times are kept apart, overload is told.
load helper

setup()
{
	common_setup
	open=(--quick --quiet --samples=2 --output=r.json)
}

@test "every mode keeps a rate that it can, and says so" {
	run concbench run "${open[@]}" --mode=all --workers=4 --rate=500 --units=50 wait_sleep:duration=1ms
	assert_status 0
	validate r.json
	assert_json r.json '[c["status"] for c in cells] == ["ok"] * 4'
	assert_json r.json 'all(c["open_loop"] == {"rate_per_s": 500, "arrival": "const"} for c in cells)'
	assert_json r.json 'all(c["batch"] == 1 and c["dispatch"] == "shared" and c["units"] == 50 for c in cells)'
	assert_json r.json 'all(c["id"].split("/", 2)[2].split("/")[1] == "rate=500" for c in cells)'
	assert_json r.json 'all(c["summary"]["open_loop"]["requested_per_s"] == 500 for c in cells)'
	assert_json r.json 'all(c["summary"]["open_loop"]["achieved_per_s"] == c["summary"]["units_per_s"]["median"] for c in cells)'
	# a worker each for a quarter of the load: as long as the host lets them run, none of them is behind
	assert_json r.json 'sum(not c["summary"]["open_loop"]["overloaded"] for c in cells) >= 1'
}

@test "service and response are apart, and every unit is in both" {
	run concbench run "${open[@]}" --mode=serial,threads --workers=2 --rate=400 --arrival=poisson --units=60 \
		wait_sleep:duration=1ms
	assert_status 0
	validate r.json
	assert_json r.json 'all(c["latency"]["loop"] == "open" and c["latency"]["timing"] == "each" for c in cells)'
	assert_json r.json 'all(c["latency"]["count"] == 120 == c["latency"]["service"]["count"] for c in cells)'
	assert_json r.json 'all(sum(b[2] for b in c["latency"]["service"]["buckets"]) == 120 for c in cells)'
	assert_json r.json 'all(c["latency"]["max_ns"] >= c["latency"]["service"]["max_ns"] for c in cells)'
	assert_json r.json 'all(c["latency"]["p50_ns"] >= c["latency"]["service"]["p50_ns"] for c in cells)'
	assert_json r.json 'all("wake_late_ns" in s and "backlog_units" in s for c in cells for s in c["samples"])'
}

@test "a rate far above capacity is flagged, and its response times are the queue's" {
	run concbench run --quick --samples=2 --progress=none --output=r.json --mode=serial,threads --workers=2 --rate=1e5 \
		wait_sleep:duration=2ms
	assert_status 0
	assert_output '0 of 2 cells kept up'
	assert_output '^> +units arrived faster than they were done'
	assert_output 'open loop: 100.0k/s, const'
	validate r.json
	assert_json r.json 'all(c["summary"]["open_loop"]["overloaded"] for c in cells)'
	assert_json r.json 'all("could not keep up" in c["summary"]["open_loop"]["reason"] for c in cells)'
	assert_json r.json 'all(c["summary"]["open_loop"]["achieved_per_s"] < 1e4 for c in cells)' # 2 ms a unit
	assert_json r.json 'all(c["latency"]["max_ns"] > 10 * 2e6 for c in cells)'
	assert_json r.json 'all(c["latency"]["service"]["p50_ns"] < c["latency"]["p50_ns"] for c in cells)'
	run "$ROOT/scripts/table.py" r.json
	assert_status 0
	assert_output 'units arrived faster than they were done'
}

@test "there is no speed-up in open loop" {
	run concbench run "${open[@]}" --mode=serial,threads --workers=2 --rate=500 --units=20 wait_sleep:duration=1ms
	assert_status 0
	assert_json r.json 'not any("speedup" in c["summary"] or "efficiency" in c["summary"] for c in cells)'
	# in closed loop the same cells have one
	run concbench run "${open[@]}" --mode=serial,threads --workers=2 --units=20 wait_sleep:duration=1ms
	assert_json r.json '"speedup" in cells[1]["summary"] and "open_loop" not in cells[1]'
	assert_json r.json 'all(c["latency"]["loop"] == "closed" and "service" not in c["latency"] for c in cells)'
}

@test "it says nothing of scaling, and analyze refuses it" {
	run concbench run "${open[@]}" --mode=serial,threads --workers=2 --rate=500 --units=20 wait_sleep:duration=1ms
	run concbench analyze r.json
	assert_status 2
	assert_output "^concbench: analyze: 'r.json' was measured with --rate"
}

@test "digests are those of a closed loop" {
	run concbench run "${open[@]}" --mode=all --workers=4 --rate=200 --units=12 --seed=7 wait_server:delay=60ms mix:duration=200us
	assert_status 0
	json r.json '[c["digest"] for c in cells]' >open
	run concbench run "${open[@]}" --mode=all --workers=4 --units=12 --seed=7 wait_server:delay=60ms mix:duration=200us
	assert_status 0
	json r.json '[c["digest"] for c in cells]' >closed
	cmp open closed
}

@test "the number of units follows rate and sample time" {
	run concbench run "${open[@]}" --mode=threads --workers=64 --rate=2e3 --sample-time=100ms wait_sleep:duration=5ms
	assert_status 0
	assert_json r.json 'cells[0]["units"] == 200 and d["scaling"] == "rate"'
	run concbench run "${open[@]}" --mode=threads --workers=8 --rate=200 --sample-time=60ms wait_sleep:duration=5ms
	assert_json r.json 'cells[0]["units"] == 100' # as many as percentiles need
}

@test "what makes no sense with --rate is refused" {
	run concbench run --rate=100 --dispatch=static null
	assert_status 2
	assert_output '^concbench: --rate: only with --dispatch=shared'
	run concbench run --rate=100 --batch=10 null
	assert_status 2
	assert_output '^concbench: --rate: not together with --batch'
	run concbench run --arrival=poisson null
	assert_status 2
	assert_output '^concbench: --arrival: .*add --rate'
	for rate in 0 -5 many 1e10 5k nan; do
		run concbench run --rate=$rate null
		assert_status 2
		assert_output '^concbench: --rate: '
	done
	run concbench run --rate=100 --arrival=uniform null
	assert_status 2
	run concbench plan --rate=0.01 cpu_prime
	assert_status 2
	assert_output '--rate: less than one unit would arrive in a sample'
	run concbench plan --rate=0.01 --units=3 cpu_prime
	assert_status 0
}

@test "a plan shows the rate and reckons with it" {
	run concbench plan --rate=250 --arrival=poisson --mode=threads --workers=2 cpu_prime
	assert_status 0
	assert_output 'cpu_prime/threads/2/rate=250,poisson'
}
