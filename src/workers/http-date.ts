/** Dates of HTTP (RFC 9110 §5.6.7), the one place where a server's date is read. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
/** Always GMT, so servers that leave it out mean it, too. */
const ZONE = '(?: GMT)?';
const FORMS: readonly RegExp[] = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^(?<name>${DAYS.join('|')}), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME}${ZONE}$`, 'u'),
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(
    `^(?<name>${LONG_DAYS.join('|')}), (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME}${ZONE}$`,
    'u',
  ),
  // asctime: Sun Nov  6 08:49:37 1994
  new RegExp(`^(?<name>${DAYS.join('|')}) ${MONTH} (?<day>\\d\\d| \\d) ${TIME} (?<year>\\d{4})${ZONE}$`, 'u'),
];
/** An RFC 850 date that seems further ahead than this lies a century before. */
const YEARS_AHEAD = 50;

/**
 * Strict in form: the day's name must fit the date, and what is out of range is no date. `Date.parse` takes `0`, local
 * times and much else.
 *
 * @param nowMs what the two-digit years of RFC 850 are near to
 * @returns milliseconds since the epoch; `null` for what is no date
 */
export function readHttpDate(text: string, nowMs = Date.now()): number | null {
  const usual = readUsual(text);
  if (usual !== null) return usual;
  const trimmed = text.trim();
  for (const form of FORMS) {
    const parts = form.exec(trimmed)?.groups;
    if (parts !== undefined) return valueOf(parts, nowMs);
  }
  return null;
}

/** IMF-fixdate with its zone, as nearly all have it. @returns `null` for what has another form, or is none */
function readUsual(text: string): number | null {
  if (text.length !== 29 || !text.endsWith(' GMT')) return null;
  const month = MONTHS.indexOf(text.slice(8, 11) as (typeof MONTHS)[number]);
  const [day, hour, minute, second] = [at2(text, 5), at2(text, 17), at2(text, 20), at2(text, 23)];
  const year = at2(text, 12) * 100 + at2(text, 14);
  // Others have a closer look at what is not plain: leap seconds, the years 0 to 99, the ends of months.
  if (!(day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59 && year >= 100) || month === -1)
    return null;
  const ms = Date.UTC(year, month, day, hour, minute, second);
  const name = DAYS[(4 + Math.floor(ms / 86_400_000)) % 7];
  const isInForm =
    text.startsWith(`${name ?? '-'}, `) &&
    text[7] === ' ' &&
    text[11] === ' ' &&
    text[16] === ' ' &&
    text[19] === ':' &&
    text[22] === ':';
  return isInForm ? ms : null;
}

/** Two digits; `NaN` where they are none. */
function at2(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function valueOf(parts: Readonly<Record<string, string | undefined>>, nowMs: number): number | null {
  const number = (name: string): number => Number(parts[name]);
  const { year = '', name = '', month = '' } = parts;
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')];
  const isLeapSecond = hour === 23 && minute === 59 && second === 60;
  if (hour > 23 || minute > 59 || (second > 59 && !isLeapSecond)) return null;
  const at = (fullYear: number): number | null => {
    const date = new Date(0);
    // Date.UTC takes the years 0 to 99 for others.
    date.setUTCFullYear(fullYear, MONTHS.indexOf(month as (typeof MONTHS)[number]), number('day'));
    if (date.getUTCDate() !== number('day')) return null;
    date.setUTCHours(hour, minute, second);
    return date.getTime();
  };
  let ms: number | null;
  if (year.length === 4) {
    ms = at(Number(year));
  } else {
    const latest = new Date(nowMs);
    latest.setUTCFullYear(latest.getUTCFullYear() + YEARS_AHEAD);
    const century = Math.floor(latest.getUTCFullYear() / 100) * 100;
    ms = at(century + Number(year));
    if (ms === null || ms > latest.getTime()) ms = at(century - 100 + Number(year));
  }
  if (ms === null) return null;
  const day = new Date(isLeapSecond ? ms - 1000 : ms).getUTCDay();
  return name.startsWith(DAYS[day] ?? '-') ? ms : null;
}

/** In the form that is to be sent: IMF-fixdate. */
export function writeHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
