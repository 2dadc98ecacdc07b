// Elements. All that comes from a result gets into the page here, and as text.

// An element with attributes, and children that are elements or texts.
function make(name, attributes, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(key, value === true ? "" : value);
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

// A table in a box that scrolls sideways. Columns are [title, is a number]; rows hold texts, the first names the row.
function makeTable(id, caption, columns, rows) {
	const body = document.createElement("tbody");
	for (const row of rows) {
		const line = body.insertRow();
		row.forEach((text, i) => {
			const cell = i ? line.insertCell() : line.appendChild(make("th", {scope: "row"}));
			cell.textContent = text;
			if (columns[i][1])
				cell.className = "number";
		});
	}
	const titles = columns.map(([title, number]) => make("th", {scope: "col", class: number ? "number" : null}, title));
	const table = make("table", {id}, make("caption", null, caption), make("thead", null, make("tr", null, ...titles)), body);
	return make("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Table: " + caption}, table);
}

// A details element whose content is made when it is opened.
function makeLazy(attributes, summary, fill) {
	const details = make("details", attributes, make("summary", null, ...[summary].flat()));
	details.addEventListener("toggle", () => {
		if (details.open && details.childElementCount === 1)
			details.append(fill());
	});
	return details;
}

// A checkbox or radio button in its label, before what it stands for.
function makeToggle(type, attributes, checked, onChange, ...label) {
	const input = make("input", {type, ...attributes});
	input.checked = checked;
	input.addEventListener("change", () => onChange(input.checked));
	return make("label", null, input, " ", ...label);
}

function makeSet(title, ...toggles) {
	return make("fieldset", null, make("legend", null, title), ...toggles);
}

function announce(text) {
	document.getElementById("announce").textContent = text;
}

// Opens what hides an element, and brings it into view.
function reveal(id) {
	const element = id && document.getElementById(id);
	if (!element)
		return;
	for (let at = element; at; at = at.parentElement)
		if (at.tagName === "DETAILS")
			at.open = true;
	element.scrollIntoView();
}
