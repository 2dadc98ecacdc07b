// The other figures: where the speed-up went, latency, samples over time.

// ---- where the speed-up went ----

const LOSS_TITLES = {creation: "creation", start_skew: "late start", dispatch: "dispatch", imbalance: "imbalance", waiting: "waiting", runnable: "queueing", rest: "slower"};
const MAX_BARS = 40;

function lossRows(group, state) {
	return group.rows.filter((row) => row.loss && !(state && state.hidden.has(row.series)));
}

function barName(group, row) {
	return `${group.series[row.series].name} ${row.processes > 1 && row.threads > 1 ? `${row.processes}x${row.threads}` : row.workers}`;
}

function lossText(set, index) {
	return `${set.names[index]}: ${set.label} ${percentText(set.data[index])}`;
}

const losses = {
	key: "losses",
	title: "Where the speed-up went",
	exists: (group) => lossRows(group).length > 0,
	initial: () => ({}),
	controls: () => [makeSet("Causes", ...page.losses.slice(2).map((key, i) =>
		make("span", null, makeBox(LOSS_COLORS[i]), " " + LOSS_TITLES[key])))],
	hasLegend: true,
	height: (group, state) => `${5 + 1.6 * Math.min(MAX_BARS, Math.max(2, lossRows(group, state).length))}rem`,
	config(group, state) {
		const rows = lossRows(group, state).slice(0, MAX_BARS);
		const names = rows.map((row) => barName(group, row));
		const sets = page.losses.slice(2).map((key, i) => ({
			label: LOSS_TITLES[key], names, kind: "points", data: rows.map((row) => (row.loss[i + 2] || 0) / 1000),
			backgroundColor: LOSS_COLORS[i], borderColor: cssColor("fore"), borderWidth: 1,
		}));
		return {
			type: "bar",
			data: {labels: names, datasets: sets},
			options: makeOptions({
				x: makeScale("Share of workers x time that was lost", false, percentText, {stacked: true}),
				y: {...makeScale("", false, plainText, {stacked: true}), type: "category", title: {display: false}, ticks: {color: cssColor("fore"), autoSkip: false}},
			}, (item) => lossText(item.dataset, item.dataIndex), {indexAxis: "y", interaction: {mode: "nearest", intersect: true}}),
		};
	},
	summary(group, state) {
		const rows = lossRows(group, state);
		const texts = rows.slice(0, 6).map((row) => {
			const parts = page.losses.slice(2).map((key, i) => [LOSS_TITLES[key], (row.loss[i + 2] || 0) / 1000]).sort((a, b) => b[1] - a[1]);
			return `${barName(group, row)} lost ${percentText(row.loss[0] / 1000)}, most to ${parts[0][0]} (${percentText(parts[0][1])})`;
		});
		const more = rows.length > MAX_BARS ? ` The chart has the first ${MAX_BARS} of ${rows.length} cells, the table all.` : "";
		return `Shares of workers x time that were lost, by cause. ${texts.join("; ")}${rows.length > 6 ? "; and others" : ""}.${more}`;
	},
	describe: (group, state, set, index) => lossText(set, index),
	tables(group) {
		const titles = ["Cell", "Lost", "of the makespan", ...page.losses.slice(2).map((key) => LOSS_TITLES[key])];
		const rows = lossRows(group).map((row) => [row.id, ...row.loss.map((value) => maybe((share) => percentText(share / 1000), value))]);
		return [["Losses of " + group.name, titles.map((title, i) => [title, i > 0]), rows]];
	},
};

// A square of a colour, for the legend of bars.
function makeBox(color) {
	const space = "http://www.w3.org/2000/svg";
	const svg = document.createElementNS(space, "svg");
	const box = document.createElementNS(space, "rect");
	for (const [element, values] of [[svg, {width: 14, height: 14, viewBox: "0 0 14 14", "aria-hidden": "true"}],
		[box, {x: 1, y: 1, width: 12, height: 12, fill: color, stroke: "currentColor"}]])
		for (const [key, value] of Object.entries(values))
			element.setAttribute(key, value);
	svg.append(box);
	return svg;
}

// ---- latency ----

// [x, time] of a cell: all but 1/x of its units took at most that time. The last point is the longest of all.
function latencyPoints(row) {
	const [count, longest, ...curve] = row.latency;
	const points = curve.map((y, i) => ({x: 10 ** ((i + 1) / page.latency_steps), y}));
	return [...points, {x: Math.max(count, points.length ? points[points.length - 1].x : 1), y: longest}];
}

function shareBelow(x) {
	const share = (1 - 1 / x) * 100;
	return `${share < 99 ? significant(share, 2) : share.toFixed(Math.min(9, Math.max(0, Math.ceil(Math.log10(x)) - 2)))} %`;
}

function latencyRows(group, state) {
	return group.rows.filter((row) => row.latency && (!state || (!state.hidden.has(row.series) && (row.mode === "serial" || row.workers === state.workers))));
}

function latencyWorkers(group) {
	return [...new Set(group.rows.filter((row) => row.latency && row.mode !== "serial").map((row) => row.workers))].sort((a, b) => a - b);
}

function latencyText(set, point) {
	return `${set.label}: ${shareBelow(point.x)} of the units took at most ${timeText(point.y)}`;
}

const latency = {
	key: "latency",
	title: "Latency",
	exists: (group) => page.latency_steps > 0 && group.rows.some((row) => row.latency),
	initial(group) {
		const fitting = group.rows.filter((row) => row.latency && row.mode !== "serial" && !row.oversubscribed).map((row) => row.workers);
		return {workers: fitting.length ? Math.max(...fitting) : latencyWorkers(group)[0], log: true};
	},
	controls(group, state, change) {
		const select = make("select", null, ...latencyWorkers(group).map((n) => make("option", {value: n, selected: n === state.workers}, String(n))));
		select.addEventListener("change", () => change({workers: Number(select.value)}));
		return [
			latencyWorkers(group).length > 1 ? make("label", null, "Workers ", select) : null,
			makeSet("With", makeToggle("checkbox", {value: "log"}, state.log, (log) => change({log}), "logarithmic time")),
		];
	},
	hasLegend: true,
	config(group, state) {
		const sets = latencyRows(group, state).map((row) => {
			const points = latencyPoints(row);
			return {...seriesSet(group, row.series, points), label: barName(group, row), pointRadius: points.map((_, i) => i === points.length - 1 ? 5 : 2)};
		});
		return {
			type: "scatter",
			data: {datasets: sets},
			options: makeOptions({
				x: makeScale("Share of units that took at most that long", true, shareBelow, {
					min: 1,
					afterBuildTicks: (axis) => { axis.ticks = [2, ...Array.from({length: 12}, (_, i) => 10 ** (i + 1))].filter((v) => v <= axis.max).map((value) => ({value, major: true})); },
				}),
				y: makeScale("Time of a unit", state.log, timeText, state.log ? {afterBuildTicks: logTicks} : {beginAtZero: true}),
			}, (item) => latencyText(item.dataset, item.raw)),
		};
	},
	summary(group, state) {
		const texts = latencyRows(group, state).slice(0, 6).map((row) => `${barName(group, row)}: median ${maybe(timeText, row.p50)}, 99 % ${maybe(timeText, row.p99)}, longest ${maybe(timeText, row.max)}`);
		return `How long single units took. ${texts.join("; ")}.`;
	},
	describe: (group, state, set, index) => latencyText(set, set.data[index]),
	tables(group) {
		const titles = ["Cell", "Units timed", "50 %", "90 %", "99 %", "longest"];
		const rows = latencyRows(group).map((row) => [row.id, String(row.latency[0]), ...[row.p50, row.p90, row.p99, row.max].map((value) => maybe(timeText, value))]);
		return [["Latency of " + group.name, titles.map((title, i) => [title, i > 0]), rows]];
	},
};

// ---- samples over time ----

function deviationText(perMille) {
	return (perMille > 0 ? "+" : "") + (perMille / 10).toFixed(1) + " %";
}

// Points of the samples of a file that pass the test, by order of measurement.
function samplePoints(group, time, test) {
	return time.raw.map(([cell, y, discarded], i) => ({x: i + 1, y: y / 10, row: group.rows[cell], discarded})).filter(test);
}

function rawSets(group, state) {
	const sets = [];
	for (const time of group.time)
		group.series.forEach((series, number) => {
			if (series.file === time.file && !state.hidden.has(number)) {
				const mine = (point) => point.row.series === number;
				sets.push({...seriesSet(group, number, samplePoints(group, time, (p) => mine(p) && !p.discarded)), showLine: false, pointRadius: 3.5, pointBorderWidth: 1});
				sets.push({...seriesSet(group, number, samplePoints(group, time, (p) => mine(p) && p.discarded)), label: series.name + ", discarded", showLine: false, backgroundColor: "transparent"});
			}
		});
	return sets.filter((set) => set.data.length);
}

function binSets(time) {
	const color = LINE_COLORS[theme()][(time.file + 1) % LINE_COLORS.light.length];
	const at = (k) => time.bins.map((bin, i) => ({x: (i + 0.5) * time.size, y: bin[k] / 10}));
	const label = page.files.length > 1 ? page.files[time.file].title + ", " : "";
	const set = (name, k, more) => ({label: label + name, data: at(k), kind: "points", showLine: true, borderColor: color, backgroundColor: color, pointRadius: 0, pointHitRadius: 6, borderWidth: 1, ...more});
	return [set("least", 0, {}), set("greatest", 2, {fill: "-1", backgroundColor: color + "33"}), set("median", 1, {borderWidth: 3})];
}

function sampleText(set, point) {
	const who = point.row ? `${set.label}, ${counted(point.row.workers ?? 1, "worker")}` : set.label;
	return `${who}, sample ${Math.round(point.x)}: ${deviationText(point.y * 10)} of its cell's median`;
}

function medianOf(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

// What drifts: medians of the first and last fifth of the samples.
function driftText(time) {
	const values = time.raw ? time.raw.filter((sample) => !sample[2]).map((sample) => sample[1]) : time.bins.map((bin) => bin[1]);
	const fifth = Math.max(1, Math.floor(values.length / 5));
	const ends = [values.slice(0, fifth), values.slice(-fifth)].map((part) => deviationText(medianOf(part)));
	const title = page.files.length > 1 ? page.files[time.file].title + ": " : "";
	return `${title}${counted(time.count, "sample")}; the first fifth lies ${ends[0]} from the cells' medians, the last ${ends[1]}`;
}

const samples = {
	key: "samples",
	title: "Samples over time",
	exists: (group) => group.time.length > 0,
	initial: () => ({}),
	controls: () => [],
	hasLegend: (group) => group.time.some((time) => time.raw),
	config: (group, state) => ({
		type: "scatter",
		data: {datasets: group.time[0].raw ? rawSets(group, state) : group.time.flatMap(binSets)},
		options: makeOptions({
			x: makeScale("Order of measurement", false, (value) => Number.isInteger(value) ? String(value) : "", {min: 0}),
			y: makeScale("Rate, relative to its cell's median", false, (value) => `${significant(value, 2)} %`, {}),
		}, (item) => sampleText(item.dataset, item.raw)),
	}),
	summary: (group) => `Rates of samples relative to the median of their cell, in the order of measurement. ${group.time.map(driftText).join("; ")}.`,
	describe: (group, state, set, index) => sampleText(set, set.data[index]),
	tables: (group) => group.time.map((time) => {
		const title = `Samples of ${group.name}` + (page.files.length > 1 ? `, ${page.files[time.file].title}` : "");
		if (time.raw)
			return [title, [["Sample", true], ["Cell", false], ["Rate - median", true], ["Counted", false]],
				time.raw.map(([cell, y, discarded], i) => [String(i + 1), group.rows[cell].id, deviationText(y), discarded ? "discarded" : "yes"])];
		return [title, [["Samples", true], ["least", true], ["median", true], ["greatest", true]],
			time.bins.map((bin, i) => [`${i * time.size + 1}..${Math.min(time.count, (i + 1) * time.size)}`, ...bin.map(deviationText)])];
	}),
};

const FIGURES = [scaling, losses, latency, samples];
