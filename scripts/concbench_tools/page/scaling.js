// The scaling figure: speed-up, rate or efficiency over workers, with intervals, the ideal line and fits.

const VIEWS = {
	speedup: {title: "Speed-up over serial", format: factorText},
	rate: {title: "Units per second", format: rateText},
	efficiency: {title: "Efficiency: speed-up / workers", format: percentText},
};

// A cell's estimate in a view: [y, low, high], or null.
function estimateOf(row, view) {
	if (view === "rate")
		return row.rate === null ? null : [row.rate, row.rate_low, row.rate_high];
	const base = row.mode === "serial" ? [1, null, null] : [row.speedup, row.speedup_low, row.speedup_high];
	if (base[0] === null || !row.workers)
		return null;
	return view === "speedup" ? base : base.map((value) => value === null ? null : value / row.workers);
}

function pointsOf(group, series, view) {
	return group.rows.filter((row) => row.series === series && row.workers && estimateOf(row, view))
		.map((row) => {
			const [y, lo, hi] = estimateOf(row, view);
			return {x: row.workers, y, lo, hi, row};
		})
		.sort((a, b) => a.x - b.x);
}

// Rate of the serial cell that a file's speed-ups are over.
function serialRate(group, file) {
	const row = group.rows.find((each) => each.mode === "serial" && group.series[each.series].file === file && each.rate !== null);
	return row ? row.rate : null;
}

function hasSpeedup(group) {
	return group.rows.some((row) => row.speedup !== null);
}

function mostWorkers(group) {
	return Math.max(1, ...group.rows.filter((row) => row.rate !== null).map((row) => row.workers || 1));
}

function curveSteps(last) {
	return Array.from({length: 61}, (_, i) => last ** (i / 60));
}

// A rate in a view's terms, or null where there is no serial rate to hold it against.
function inView(view, rate, workers, serial) {
	if (view === "rate")
		return rate;
	if (!serial)
		return null;
	return view === "speedup" ? rate / serial : rate / serial / workers;
}

function curveData(group, view, file, rateAt) {
	const serial = serialRate(group, file);
	return curveSteps(mostWorkers(group)).map((x) => ({x, y: inView(view, rateAt(x, serial), x, serial)}))
		.filter((point) => point.y !== null && Number.isFinite(point.y));
}

function fitCurve(law) {
	const kappa = law.kappa || 0;
	return (n) => law.lambda * n / (1 + law.sigma * (n - 1) + kappa * n * (n - 1));
}

// The law that is drawn for a curve: the more general one, where it describes the curve.
function drawnLaw(fit) {
	return [fit.usl, fit.amdahl].find((law) => law && law.lambda && law.good) || null;
}

function lineSet(label, data, color, dash, more) {
	return {label, data, kind: "line", borderColor: color, borderWidth: 1.5, borderDash: dash, pointRadius: 0, pointHitRadius: 0, showLine: true, ...more};
}

function idealSets(group, view) {
	const files = [...new Set(group.series.map((series) => series.file))].filter((file) => serialRate(group, file) !== null);
	return (view === "rate" ? files : files.slice(0, 1)).map((file) =>
		lineSet("ideal", curveData(group, view, file, (n, serial) => n * serial), cssColor("muted"), [2, 4], {order: 9}));
}

function fitSets(group, view, shown) {
	return group.fits.filter((fit) => shown(fit.series) && drawnLaw(fit)).map((fit) =>
		lineSet("fit of " + group.series[fit.series].name, curveData(group, view, group.series[fit.series].file, fitCurve(drawnLaw(fit))),
			group.series[fit.series].look().color, [1, 3], {borderWidth: 2.5, order: 8}));
}

function seriesSet(group, number, data) {
	const series = group.series[number];
	const look = series.look();
	return {label: series.name, data, kind: "points", showLine: true, borderColor: look.color, backgroundColor: look.color, borderDash: look.dash,
		borderWidth: 2, pointStyle: look.shape, clip: 8, pointRadius: 5, pointHoverRadius: 8, pointBorderWidth: 2};
}

function pointText(view, set, point) {
	return `${set.label}, ${counted(point.x, "worker")}: ${estimateText(VIEWS[view].format, point.y, point.lo, point.hi)}`;
}

function scalingConfig(group, state) {
	const view = VIEWS[state.view];
	const shown = (number) => !state.hidden.has(number);
	const sets = group.series.map((_, i) => i).filter(shown).map((i) => seriesSet(group, i, pointsOf(group, i, state.view)));
	if (state.ideal)
		sets.push(...idealSets(group, state.view));
	if (state.fit)
		sets.push(...fitSets(group, state.view, shown));
	return {
		type: "scatter",
		data: {datasets: sets.filter((set) => set.data.length)},
		options: makeOptions({
			x: makeScale("Workers", state.log, (value) => Number.isInteger(value) ? String(value) : "", {min: state.log ? 1 : 0, ...(state.log ? {afterBuildTicks: logTicks} : {})}),
			y: makeScale(view.title, state.log, view.format, state.log ? {afterBuildTicks: logTicks} : {beginAtZero: true}),
		}, (item) => pointText(state.view, item.dataset, item.raw)),
		plugins: [whiskers],
	};
}

function scalingSummary(group, view) {
	const texts = group.series.map((series, i) => {
		const points = pointsOf(group, i, view);
		if (!points.length)
			return null;
		const best = points.reduce((a, b) => b.y > a.y ? b : a);
		const named = [...new Set([points[0], best, points[points.length - 1]])];
		return `${series.name}: ${named.map((p) => `${VIEWS[view].format(p.y)} with ${p.x}`).join(", ")}`;
	}).filter((text) => text);
	const more = texts.length > 6 ? `; and ${counted(texts.length - 6, "more curve")}` : "";
	return `${VIEWS[view].title} by workers. ${texts.slice(0, 6).join("; ")}${more}.`;
}

function scalingTable(group) {
	const rows = group.rows.filter((row) => row.rate !== null).map((row) => [
		row.id, group.series[row.series].name, String(row.workers ?? "-"), rateText(row.rate), maybe(rateText, row.rate_low), maybe(rateText, row.rate_high),
		maybe(factorText, row.speedup), maybe(factorText, row.speedup_low), maybe(factorText, row.speedup_high), maybe(percentText, row.efficiency), row.marks || "",
	]);
	const titles = ["Cell", "Curve", "Workers", "Rate", "low", "high", "Speed-up", "low", "high", "Efficiency", "Marks"];
	return [titles.map((title, i) => [title, i > 1 && i < 10]), rows];
}

function fitTable(group) {
	const columns = [["Curve", false], ["Law", false], ["lambda", true], ["sigma", true], ["kappa", true], ["rms", true], ["Says", false]];
	const rows = group.fits.flatMap((fit) => [["USL", fit.usl], ["Amdahl", fit.amdahl]].map(([name, law]) => {
		const range = (key, format) => estimateText(format, law[key], law[key + "_low"], law[key + "_high"]);
		const says = law.reason || (law.good ? "describes the curve" : "does not describe the curve: not drawn") +
			(law.peak ? `; peak ${rateText(law.peak.units_per_s)} at ${plainText(law.peak.workers)} workers` : "");
		return [group.series[fit.series].name, name, range("lambda", rateText), range("sigma", plainText), range("kappa", plainText), maybe(percentText, law.rms), says];
	}));
	return [columns, rows];
}

const scaling = {
	key: "scaling",
	title: "Scaling",
	exists: (group) => group.rows.some((row) => row.rate !== null),
	initial: (group) => ({view: hasSpeedup(group) ? "speedup" : "rate", log: false, ideal: true, fit: true}),
	controls(group, state, change, name) {
		const views = Object.keys(VIEWS).filter((view) => view === "rate" || hasSpeedup(group));
		const radios = views.map((view) => makeToggle("radio", {name: name + "-view", value: view}, state.view === view, () => change({view}), VIEWS[view].title.split(":")[0]));
		return [
			makeSet("Show", ...radios),
			makeSet("With",
				makeToggle("checkbox", {value: "log"}, state.log, (log) => change({log}), "logarithmic axes"),
				makeToggle("checkbox", {value: "ideal"}, state.ideal, (ideal) => change({ideal}), "ideal (dotted, grey)"),
				group.fits.some(drawnLaw) ? makeToggle("checkbox", {value: "fit"}, state.fit, (fit) => change({fit}), "fit (dotted)") : null),
		];
	},
	hasLegend: true,
	config: scalingConfig,
	summary: (group, state) => scalingSummary(group, state.view),
	describe: (group, state, set, index) => pointText(state.view, set, set.data[index]),
	tables: (group) => [["Rates and speed-ups of " + group.name, ...scalingTable(group)], ["Fits of " + group.name, ...fitTable(group)]],
};
