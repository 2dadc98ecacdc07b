// Numbers as people read them, as scripts/table.py and concbench itself write them.

const RATES = [[1, "/s"], [1e3, "k/s"], [1e6, "M/s"], [1e9, "G/s"], [1e12, "T/s"]];
const TIMES = [[1, "ns"], [1e3, "us"], [1e6, "ms"], [1e9, "s"]];
const SIZES = [[1, "B"], [1024, "KiB"], [1048576, "MiB"], [1073741824, "GiB"], [1099511627776, "TiB"]];

// The value with that many significant digits in fixed notation, or exponential where it is huge or tiny.
function significant(value, digits) {
	const size = Math.abs(value);
	if (size === 0)
		return "0";
	if (size >= 1e16 || size < 1e-6)
		return value.toExponential(digits - 1);
	const before = Math.floor(Math.log10(size * (1 + 0.5 * 10 ** -digits))) + 1;
	return value.toFixed(Math.min(Math.max(digits - before, 0), 9));
}

function withUnit(scale, digits) {
	return (value) => {
		let [factor, unit] = scale[0];
		for (const row of scale)
			if (Math.abs(value) * (1 + 0.5 * 10 ** -digits) >= row[0])
				[factor, unit] = row;
		return significant(value / factor, digits) + unit;
	};
}

const rateText = withUnit(RATES, 4);
const timeText = withUnit(TIMES, 3);
const sizeText = withUnit(SIZES, 3);
const factorText = (value) => significant(value, 3) + "x";
const plainText = (value) => significant(value, 3);

function percentText(share) {
	const size = Math.abs(share) * 100;
	return (share * 100).toFixed(size >= 9.95 ? 0 : size >= 0.05 || size === 0 ? 1 : 2).replace(/^-(0(\.0*)?)$/, "$1") + "%";
}

// A number that may be absent.
function maybe(format, value) {
	return value === null || value === undefined ? "-" : format(value);
}

// An estimate with its interval.
function estimateText(format, value, low, high) {
	if (value === null || value === undefined)
		return "-";
	return format(value) + (low === null || low === undefined ? "" : ` (${format(low)}..${format(high)})`);
}

function counted(count, what) {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}
