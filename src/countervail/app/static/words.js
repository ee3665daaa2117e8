// Numbers as text, as the report writes them (report/numbers.py): no more digits than are meaningful.

export const NOTHING = "–";
const HARD = "\u00a0";

const formats = Array.from({ length: 5 }, (_, k) => new Intl.NumberFormat("en", { minimumFractionDigits: k, maximumFractionDigits: k }));

/** At about `digits` significant digits, thousands separated, never in exponents. */
export function number(value, digits = 2) {
  if (!Number.isFinite(value)) return NOTHING;
  const size = Math.abs(Number(value.toPrecision(digits)));
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const most = formats.length - 1;
  // rounded once: where the decimals are limited, not to `digits` before
  let text = formats[Math.min(decimals, most)].format(decimals && decimals <= most ? size : Math.abs(value));
  if (size && !Number(text.replaceAll(",", ""))) text = "0";
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Without zeros at the end that say nothing. */
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

export const percent = (value) => (value == null ? NOTHING : `${number(value)}${HARD}%`);
export const share = (value) => (value == null ? NOTHING : percent(100 * value));

/** Million USD in the unit that reads best. */
export function usd(million) {
  if (million == null) return NOTHING;
  const [size, name] = [[1e6, "trn"], [1e3, "bn"]].find(([limit]) => Math.abs(million) >= limit) ?? [1, "m"];
  const text = number(million / size);
  return text === "0" ? `USD${HARD}0` : `USD${HARD}${text}${HARD}${name}`;
}

export function persons(value) {
  if (value == null) return NOTHING;
  return Math.abs(value) >= 1e9 ? `${number(value / 1e9, 3)} billion` : `${number(value / 1e6, 3)} million`;
}

const BY_UNIT = { "%": percent, share, probability: share, "million USD": usd, persons };

/** Any scalar in its unit; null is a dash. */
export function quantity(value, unit) {
  if (value == null) return NOTHING;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (BY_UNIT[unit]) return BY_UNIT[unit](value);
  if (LOGS.test(unit ?? "")) return effect(value);
  const text = Number.isInteger(value) ? value.toLocaleString("en") : trimmed(number(value));
  return unit && !["ratio", "date"].includes(unit) ? `${text} ${unit}` : text;
}

/** Whether a number in this unit is written with it, so that nothing else has to say it. */
export const says = (unit) => Boolean(BY_UNIT[unit]) || LOGS.test(unit ?? "") || unit === "ad valorem";

/** A number as a cell of a table: two digits, with its unit where that is written with it. */
export const cell = (value, unit) => (SHARES.test(unit ?? "") ? share(value) : quantity(value, says(unit) ? unit : null));

/** Log points of trade as what they do to trade: −2 is −86 %. */
export const effect = (b) => {
  const change = 100 * Math.expm1(b);
  return `${change > 0 ? "+" : ""}${number(change, Math.abs(change) >= 99.5 ? 3 : 2)}${HARD}%`;
};

const LOGS = /^log points/;
const SHARES = /^(share|ad valorem|over the direct price)/; // of something, in words

/** A number in its unit, in words. @param {{unit: string | null}} n */
export function measured(n, value) {
  if (LOGS.test(n.unit ?? "")) return `${effect(value)} (${number(value)} log points)`;
  if (SHARES.test(n.unit ?? "")) return share(value);
  return n.unit === "persons" ? persons(value) : quantity(value, n.unit);
}

/** The same, shorter. */
export const brief = (n, value) => {
  const unit = n.unit ?? "";
  if (LOGS.test(unit)) return effect(value);
  return SHARES.test(unit) ? share(value) : unit === "million USD" ? usd(value) : `${unit.startsWith("multiplier") ? "× " : ""}${trimmed(number(value))}`;
};

/** Seconds as a reader would say them. */
export const duration = (seconds) =>
  seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(1, Math.round(seconds))} s`;

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** A date as exact as it is known: 2022-05-15, 2022-10, 2020; anything else unchanged. */
export function day(text) {
  const [, year, month, date] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text) ?? [];
  return year ? [date && Number(date), month && MONTHS[month - 1], year].filter(Boolean).join(" ") : text;
}
