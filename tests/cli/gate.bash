# shellcheck shell=bash
# What the tests of gate share: arms that answer as a concbench does, at once and with numbers of our choice, so that a
# gate of hundreds of samples takes seconds and its verdict is known beforehand.

# arm NAME [SETTING=VALUE]...: makes the program ./NAME. Settings:
#   cost=N     nanoseconds of a unit (1000)
#   noise=N    each sample's makespan is longer by up to N parts of 1000, by chance (10)
#   version=N  of its workload (1)
#   unit=TEXT  params=JSON  digest=N  of its workload
#   ids=TEXT   the workload's name in its one cell (work)
#   cells=N    cells, of 1 to N workers (1)
#   steal=N    parts of 1000 of each sample's makespan
#   extra=JSON more keys of each sample
#   does=SH    a command that runs before each sample's answer
arm()
{
	local name=$1
	shift
	{
		echo '#!/bin/bash'
		echo 'cost=1000 noise=10 version=1 unit=piece params={} digest=7 ids=work cells=1 steal=0 extra= does= status=ok'
		printf '%q\n' "$@"
		cat <<-'END'
			case $1 in
			--version) echo "arm 1.0" ;;
			plan)
				list=
				for ((w = 1; w <= cells; w++)); do
					list+="${list:+,}{\"id\":\"$ids/threads/$w\",\"workload\":\"$ids\",\"workload_version\":$version,\"unit\":\"$unit\",\"class\":\"cpu\",\"params\":$params,\"mode\":\"threads\",\"dispatch\":\"shared\",\"batch\":0,\"workers\":$w,\"processes\":1,\"threads\":$w,\"pin\":\"none\",\"cpus_n\":2,\"oversubscribed\":false,\"status\":\"$status\"}"
				done
				echo "{\"schema\":\"concbench.plan/1\",\"expected_ns\":1,\"cells\":[$list]}"
				;;
			sample)
				read -r request
				units=${request#*'"units":'}
				units=${units%%,*}
				ns=$((units * cost + units * cost / 1000 * (RANDOM % (noise + 1))))
				eval "$does"
				echo "{\"schema\":\"concbench.sample/1\",\"workload\":\"$ids\",\"workload_version\":$version,\"status\":\"ok\",\"sample\":{\"units\":$units,\"makespan_ns\":$ns,\"cpu_user_ns\":$ns,\"cpu_sys_ns\":0,\"steal_ns\":$((ns * steal / 1000)),\"throttled_ns\":0,\"digest\":\"0x$digest\"$extra}}"
				;;
			esac
		END
	} >"$name"
	chmod +x "$name"
}

# gate BASE HEAD [OPTION]...: runs a gate of two of these arms; its JSON is in gate.json.
gate()
{
	local base=$1 head=$2
	shift 2
	run --separate-stderr "$CONCBENCH" gate --base="concbench:./$base" --head="concbench:./$head" \
		--sample-time=1s --output=gate.json "$@"
	# shellcheck disable=SC2154 # run sets it
	output+=$stderr
}
