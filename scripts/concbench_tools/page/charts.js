// What all charts share: colours that the colour-blind tell apart (Okabe and Ito), shapes, intervals, keys, print.

const OKABE_ITO = {orange: "#E69F00", sky: "#56B4E9", green: "#009E73", yellow: "#F0E442", blue: "#0072B2", vermillion: "#D55E00", purple: "#CC79A7"};
// By theme, as lines need contrast with the ground; in the order in which modes take them.
const LINE_COLORS = {
	light: ["#1a1a1a", OKABE_ITO.blue, OKABE_ITO.vermillion, "#00805e", "#a8518a", "#8a6100"],
	dark: ["#eeeeee", OKABE_ITO.sky, OKABE_ITO.orange, "#1fc798", OKABE_ITO.purple, OKABE_ITO.yellow],
};
const MODES = ["serial", "processes", "threads", "hybrid", "async"];
const SHAPES = ["circle", "rect", "triangle", "rectRot", "star", "cross", "crossRot", "dash"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const LOSS_COLORS = [OKABE_ITO.orange, OKABE_ITO.sky, OKABE_ITO.yellow, OKABE_ITO.green, OKABE_ITO.blue, OKABE_ITO.vermillion, OKABE_ITO.purple];

function theme() {
	return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

function cssColor(name) {
	return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

// Look of the series that is number `order` of its mode, from a file.
function lookOf(mode, order, file) {
	const known = MODES.indexOf(mode);
	const place = known < 0 ? MODES.length : known;
	return {color: LINE_COLORS[theme()][place], shape: SHAPES[(place + 3 * order) % SHAPES.length], dash: DASHES[(file + order) % DASHES.length]};
}

// Whiskers from lo to hi through the points of datasets that have them.
const whiskers = {
	id: "whiskers",
	afterDatasetsDraw(chart) {
		const {ctx, chartArea, scales} = chart;
		ctx.save();
		ctx.beginPath();
		ctx.rect(chartArea.left - 6, chartArea.top, chartArea.width + 12, chartArea.height);
		ctx.clip();
		ctx.lineWidth = 1.5;
		chart.data.datasets.forEach((set) => {
			ctx.strokeStyle = set.borderColor;
			ctx.beginPath();
			set.data.forEach((point) => {
				if (set.kind !== "points" || point.lo === undefined || point.lo === null)
					return;
				const x = scales.x.getPixelForValue(point.x);
				const low = point.lo > 0 || scales.y.type !== "logarithmic" ? scales.y.getPixelForValue(point.lo) : chartArea.bottom;
				const high = scales.y.getPixelForValue(point.hi);
				ctx.moveTo(x, low);
				ctx.lineTo(x, high);
				for (const y of [low, high]) {
					ctx.moveTo(x - 4, y);
					ctx.lineTo(x + 4, y);
				}
			});
			ctx.stroke();
		});
		ctx.restore();
	},
};

// A number's text on an axis: 20ms, not 20.0ms.
function withoutZeros(text) {
	return text.replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");
}

// A scale with the theme's colours. format: of its numbers.
function makeScale(title, log, format, more) {
	return {
		type: log ? "logarithmic" : "linear",
		title: {display: true, text: title, color: cssColor("fore")},
		grid: {color: cssColor("grid"), borderColor: cssColor("line")},
		...more,
		ticks: {color: cssColor("fore"), maxRotation: 0, autoSkip: true, callback: (value) => withoutZeros(format(value)), ...(more || {}).ticks},
	};
}

function makeOptions(scales, tooltipText, more) {
	return {
		animation: false,
		responsive: true,
		maintainAspectRatio: false,
		normalized: true,
		scales,
		interaction: {mode: "nearest", intersect: false},
		...more,
		plugins: {
			legend: {display: false},
			tooltip: {filter: (item) => item.dataset.kind === "points", callbacks: {title: () => "", label: tooltipText}, displayColors: false},
			...(more || {}).plugins,
		},
	};
}

// Ticks of a logarithmic axis of counts: 1, 2, 5 and their tens, as many as have room.
function logTicks(axis) {
	const ticks = [];
	for (let ten = 10 ** Math.floor(Math.log10(axis.min)); ten <= axis.max; ten *= 10)
		for (const digit of axis.max / axis.min > 1e4 ? [1] : [1, 2, 5])
			if (digit * ten >= axis.min && digit * ten <= axis.max)
				ticks.push({value: digit * ten, major: digit === 1});
	if (ticks.length > 1)
		axis.ticks = ticks;
}

// All points that can be read, left to right within a series: what the arrow keys go through.
function readable(chart) {
	return chart.data.datasets.flatMap((set, datasetIndex) =>
		set.kind === "points" && chart.isDatasetVisible(datasetIndex) ? set.data.map((_, index) => ({datasetIndex, index})) : []);
}

// Arrow keys move a tooltip from point to point and have it spoken; Escape removes it.
function addKeys(canvas, describe) {
	let at = -1;
	canvas.addEventListener("keydown", (event) => {
		const chart = Chart.getChart(canvas);
		const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
		if (!chart || (!step && event.key !== "Escape"))
			return;
		event.preventDefault();
		const points = readable(chart);
		at = event.key === "Escape" || !points.length ? -1 : (at + step + points.length + (at < 0 && step < 0 ? 1 : 0)) % points.length;
		const active = at < 0 ? [] : [points[at]];
		chart.setActiveElements(active);
		chart.tooltip.setActiveElements(active, {x: 0, y: 0});
		chart.update("none");
		announce(at < 0 ? "" : describe(chart.data.datasets[active[0].datasetIndex], active[0].index));
	});
}

// The sign of a series in its legend: line with dash, and shape.
function makeSwatch(look) {
	const space = "http://www.w3.org/2000/svg";
	const svg = document.createElementNS(space, "svg");
	for (const [key, value] of Object.entries({width: 34, height: 14, viewBox: "0 0 34 14", "aria-hidden": "true"}))
		svg.setAttribute(key, value);
	const draw = (d, fill) => {
		const path = document.createElementNS(space, "path");
		for (const [key, value] of Object.entries({d, fill, stroke: look.color, "stroke-width": 2, "stroke-dasharray": fill === "none" && d.startsWith("M0") ? look.dash.join(" ") : ""}))
			path.setAttribute(key, value);
		svg.append(path);
	};
	draw("M0 7H34", "none");
	const shapes = {
		circle: "M22 7a5 5 0 1 1-10 0a5 5 0 1 1 10 0",
		rect: "M13 3h8v8h-8z",
		triangle: "M17 2l5 9h-10z",
		rectRot: "M17 1l6 6l-6 6l-6-6z",
		star: "M17 1v12M11 7h12M13 3l8 8M13 11l8-8",
		cross: "M17 1v12M11 7h12",
		crossRot: "M13 3l8 8M13 11l8-8",
		dash: "M12 7h10",
	};
	if (look.shape)
		draw(shapes[look.shape], look.color);
	return svg;
}
