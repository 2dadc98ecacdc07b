// The page: groups that are filled when they are opened, figures that are drawn when they come into view.

let page = null; // what the page shows; read by start()
const figures = new Set();
const watcher = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => entry.target.figure.draw()), {rootMargin: "200px"});

function objectOf(keys, values) {
	return Object.fromEntries(keys.map((key, i) => [key, values[i] ?? null]));
}

// What tells a curve from the others of its group.
function seriesName(series, all) {
	const varies = (key) => new Set(all.filter((each) => each.mode !== "serial").map((each) => each[key])).size > 1;
	const parts = [series.mode || "(no mode)"];
	if (series.mode !== "serial") {
		parts.push(...["dispatch", "pin"].filter((key) => varies(key) && series[key]).map((key) => series[key]));
		if (varies("cpu_set") && series.cpu_set)
			parts.push(`CPUs ${series.cpu_set}`);
	}
	if (series.inflight > 1)
		parts.push(`${series.inflight} in flight`);
	if (series.arrivals)
		parts.push(series.arrivals);
	if (page.files.length > 1)
		parts.push(`[${page.files[series.file].title}]`);
	return parts.join(" ");
}

// The group with rows and series as objects; made when it is opened.
function decode(raw) {
	const series = raw.series.map((values) => objectOf(page.series_keys, values));
	series.forEach((each, i) => {
		const order = series.slice(0, i).filter((other) => other.mode === each.mode && other.file === each.file).length;
		each.name = seriesName(each, series);
		each.look = () => lookOf(each.mode, order, each.file);
	});
	const rows = raw.cells.map((values) => objectOf(page.cell_keys, values));
	for (const row of rows) {
		row.id = raw.prefix + (row.id ?? "");
		row.mode = series[row.series].mode;
	}
	return {...raw, series, rows};
}

// ---- a figure ----

class Figure {
	constructor(group, kind, id) {
		this.group = group;
		this.kind = kind;
		this.state = {hidden: new Set(), ...kind.initial(group)};
		this.canvas = make("canvas", {role: "img", tabindex: 0});
		this.plot = make("div", {class: "plot"}, this.canvas);
		this.text = make("span");
		this.legend = make("div");
		const link = make("a", {href: `#${id}-data`, class: "to-data"}, `Data of this figure`);
		const controls = make("div", {class: "controls figure-controls"}, ...kind.controls(group, this.state, (change) => this.change(change), id), this.legend);
		const figure = make("figure", {"aria-labelledby": id + "-title"}, controls, this.plot, make("figcaption", null, this.text, " ", link));
		this.element = make("section", {id}, make("h4", {id: id + "-title"}, kind.title), figure, makeLazy({id: id + "-data"}, `Data: ${kind.title}`, () => this.makeTables(id)));
		addKeys(this.canvas, (set, index) => kind.describe(group, this.state, set, index));
		this.plot.figure = this;
		figures.add(this);
		this.paintLegend();
		this.tell();
		watcher.observe(this.plot);
	}

	makeTables(id) {
		return make("div", null, ...this.kind.tables(this.group).filter(([, , rows]) => rows.length).map(([caption, columns, rows], i) => makeTable(`${id}-table-${i}`, caption, columns, rows)));
	}

	paintLegend() {
		const wanted = typeof this.kind.hasLegend === "function" ? this.kind.hasLegend(this.group) : this.kind.hasLegend;
		if (!wanted || this.group.series.length < 2)
			return;
		const focused = [...this.legend.querySelectorAll("input")].indexOf(document.activeElement);
		this.legend.replaceChildren(makeSet("Curves", ...this.group.series.map((series, i) =>
			makeToggle("checkbox", {value: "series-" + i}, !this.state.hidden.has(i), (on) => {
				this.state.hidden[on ? "delete" : "add"](i);
				this.change({});
			}, makeSwatch(series.look()), series.name))));
		if (focused >= 0)
			this.legend.querySelectorAll("input")[focused].focus();
	}

	// What the figure shows, in words: for those who do not see it, and below it.
	tell() {
		const text = this.kind.summary(this.group, this.state);
		this.canvas.setAttribute("aria-label", `${this.kind.title} of ${this.group.name}: ${text} Arrow keys go through its points.`);
		this.text.textContent = text;
	}

	change(change) {
		Object.assign(this.state, change);
		this.tell();
		if (this.chart)
			this.redraw();
	}

	draw() {
		if (!this.chart && this.plot.isConnected)
			this.redraw();
	}

	redraw() {
		if (this.chart)
			this.chart.destroy();
		if (this.kind.height)
			this.plot.style.height = this.kind.height(this.group, this.state);
		this.chart = new Chart(this.canvas, this.kind.config(this.group, this.state));
	}

	// In the theme's colours, when it has changed.
	repaint() {
		this.paintLegend();
		if (this.chart)
			this.redraw();
	}
}

// ---- a group ----

function factsText(group) {
	const facts = [["a unit is", group.unit], ["class", group.class], ["parameters", group.params], ["version", group.version]];
	return facts.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => `${name}: ${value}`).join("; ");
}

function makeAdvice(group) {
	if (!group.advice.length)
		return null;
	const lists = group.advice.map((advice) => make("div", null,
		page.files.length > 1 ? make("p", null, page.files[advice.file].title) : null,
		make("ul", null, ...advice.text.map((text) => make("li", null, text)))));
	return make("section", null, make("h4", null, "Advice"), ...lists);
}

function cellRow(group, row) {
	const est = (format, key) => estimateText(format, row[key], row[key + "_low"], row[key + "_high"]);
	return [
		row.id, row.processes > 1 && row.threads > 1 ? `${row.processes}x${row.threads}` : String(row.workers ?? "-"), String(row.n ?? "-"), est(rateText, "rate"),
		est(factorText, "speedup"), maybe(percentText, row.efficiency), maybe(percentText, row.on_cpu), maybe(sizeText, row.memory), maybe(timeText, row.p50),
		maybe(timeText, row.p99), row.bound || "-", row.status ? row.status + (row.reason ? ": " + row.reason : "") : "ok " + (row.marks || ""),
	];
}

function makeCells(group, id) {
	const titles = ["Cell", "Workers", "Samples", "Rate", "Speed-up", "Efficiency", "On CPU", "Memory", "p50", "p99", "Bound", "Status"];
	const columns = titles.map((title, i) => [title, i > 0 && i < 10]);
	return makeLazy({id: id + "-cells"}, `All ${counted(group.rows.length, "cell")}`, () =>
		makeTable(id + "-cells-table", "Cells of " + group.name, columns, group.rows.map((row) => cellRow(group, row))));
}

function fillGroup(raw, id) {
	const group = decode(raw);
	const failed = group.rows.filter((row) => row.status);
	return make("div", null,
		make("p", null, factsText(group)),
		failed.length ? make("p", {class: "note"}, `${counted(failed.length, "cell")} not ok: ${failed.slice(0, 5).map((row) => `${row.id}: ${row.status}`).join("; ")}${failed.length > 5 ? "; ..." : ""}`) : null,
		makeAdvice(group),
		...FIGURES.filter((kind) => kind.exists(group)).map((kind) => new Figure(group, kind, `${id}-${kind.key}`).element),
		makeCells(group, id));
}

function makeGroup(raw, number) {
	const id = `group-${number}`;
	const first = [counted(raw.cells.length, "cell"), raw.advice.length ? raw.advice[0].text[0] : null].filter((text) => text).join(". ");
	const summary = [make("h3", null, raw.name), make("span", {class: "first"}, first)];
	return makeLazy({id, class: "group"}, summary, () => fillGroup(raw, id));
}

// ---- the rest of the page ----

function addFilter(groups) {
	const count = document.getElementById("filter-count");
	const input = document.getElementById("filter");
	input.addEventListener("input", () => {
		const wanted = input.value.toLowerCase();
		let shown = 0;
		groups.forEach((element, i) => {
			element.hidden = !page.groups[i].name.toLowerCase().includes(wanted);
			shown += element.hidden ? 0 : 1;
		});
		count.textContent = `${shown} of ${groups.length} shown`;
	});
	const openAll = document.getElementById("open-all");
	openAll.hidden = groups.length > 50;
	openAll.addEventListener("click", () => groups.filter((group) => !group.hidden).forEach((group) => { group.open = true; }));
	document.getElementById("close-all").addEventListener("click", () => groups.forEach((group) => { group.open = false; }));
	document.getElementById("group-controls").hidden = groups.length < 2;
}

function fillHosts() {
	const sections = ["host", "tool", "options", "labels"];
	const names = sections.flatMap((section) => [...new Set(page.files.flatMap((file) => Object.keys(file[section])))].map((name) => [section, name]));
	const columns = [["Fact", false], ...page.files.map((file) => [file.title, false])];
	const rows = [
		...["started", "scaling", "command"].map((key) => [key, ...page.files.map((file) => file[key] || "-")]),
		...names.map(([section, name]) => [section === "host" ? name : `${section}: ${name}`, ...page.files.map((file) => file[section][name] ?? "-")]),
	];
	document.getElementById("hosts-table").append(makeTable("hosts-data", "What was measured where, as the result files have it", columns, rows));
}

function fillNotes() {
	const notes = [...page.left_out, ...page.notes];
	document.getElementById("notes").hidden = !notes.length;
	document.getElementById("notes-list").append(...notes.map((note) => make("li", null, note)));
	const used = page.marks.filter(([, sign]) => page.groups.some((group) => group.cells.some((cell) => (cell[page.cell_keys.indexOf("marks")] || "").includes(sign))));
	if (used.length)
		document.getElementById("marks").append(make("p", null, "Marks in the tables:"), make("ul", null, ...used.map(([column, sign, text]) => make("li", null, `${sign} (${column}) ${text}`))));
	const cells = page.groups.reduce((sum, group) => sum + group.cells.length, 0);
	document.getElementById("about").textContent = `${counted(page.files.length, "result file")}, ${counted(page.groups.length, "workload")} with its parameters, ${counted(cells, "cell")}, ${counted(page.samples, "sample")}.`
		.replace(/(\d+ workloads) with its/, "$1 with their");
}

function setTheme(dark) {
	document.documentElement.dataset.theme = dark ? "dark" : "light";
	document.getElementById("theme").setAttribute("aria-pressed", String(dark));
	figures.forEach((figure) => figure.repaint());
}

function addTheme() {
	const system = matchMedia("(prefers-color-scheme: dark)");
	const button = document.getElementById("theme");
	let chosen = false;
	setTheme(system.matches);
	system.addEventListener("change", () => chosen || setTheme(system.matches));
	button.addEventListener("click", () => {
		chosen = true;
		setTheme(theme() !== "dark");
	});
}

// On paper: light, every figure of the open groups, in the width of the page.
function addPrint() {
	let before = null;
	addEventListener("beforeprint", () => {
		before = theme();
		setTheme(false);
		figures.forEach((figure) => {
			figure.draw();
			if (figure.chart)
				figure.chart.resize(640, Math.min(900, figure.kind.height ? figure.plot.clientHeight || 400 : 300));
		});
	});
	addEventListener("afterprint", () => {
		setTheme(before === "dark");
		figures.forEach((figure) => figure.chart && figure.chart.resize());
	});
}

// Small data are JSON as it is, large ones are packed.
async function readData() {
	const element = document.getElementById("data");
	if (element.type === "application/json")
		return JSON.parse(element.textContent);
	const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
	return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

async function start() {
	page = await readData();
	Chart.defaults.font.family = "system-ui, sans-serif";
	Chart.defaults.font.size = 13;
	fillNotes();
	fillHosts();
	const groups = page.groups.map(makeGroup);
	document.getElementById("groups").append(...groups);
	addFilter(groups);
	addTheme();
	addPrint();
	document.addEventListener("click", (event) => {
		const link = event.target.closest && event.target.closest("a.to-data");
		if (link)
			reveal(decodeURIComponent(link.hash.slice(1)));
	});
	groups.slice(0, groups.length > 3 ? 1 : 3).forEach((group) => { group.open = true; });
	addEventListener("hashchange", () => reveal(decodeURIComponent(location.hash.slice(1))));
	if (location.hash)
		setTimeout(() => reveal(decodeURIComponent(location.hash.slice(1))), 0);
	document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
	document.getElementById("about").textContent = `This page cannot be shown: ${error}. Large ones need a browser of 2023 or later.`;
	throw error;
});
