/**
 * Numbers for people. Sizes in decimal units (1 MB = 1,000,000 bytes), as drives and networks are sold.
 * English everywhere but in the window, which says how its language writes them.
 */
const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** How a language writes numbers and the words beside them. */
export interface NumberForms {
  /** `.` in 4.7 */
  readonly decimal: string;
  /** `,` in 3,118 */
  readonly group: string;
  readonly days: string;
  readonly years: string;
  readonly byte: string;
  readonly bytes: string;
}

export const ENGLISH_FORMS: NumberForms = {
  decimal: '.',
  group: ',',
  days: 'days',
  years: 'years',
  byte: 'byte',
  bytes: 'bytes',
};

let forms = ENGLISH_FORMS;

/** In this process from now on; for the window alone. */
export function writeNumbersAs(next: NumberForms): void {
  forms = next;
}

/** A longer timer would fire at once: Node counts them in 31 bits. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `3118` → `3,118` */
export function formatCount(count: number): string {
  // `Intl` would take 40 ms to load, in each thread.
  let text = String(count);
  for (let at = text.length - 3; at > 0; at -= 3)
    text = `${text.slice(0, at)}${forms.group}${text.slice(at)}`;
  return text;
}

/** `4.70`: as many digits behind the point as are asked for. */
export function formatDecimal(value: number, digits: number): string {
  return value.toFixed(digits).replace('.', forms.decimal);
}

/** `1 byte`, `1,234 bytes`. */
export function formatByteCount(bytes: number): string {
  return `${formatCount(bytes)} ${bytes === 1 ? forms.byte : forms.bytes}`;
}

/** Bytes → `0 B`, `201 KB`, `4.7 MB`, `3.1 GB`: three significant figures at most. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${formatDecimal(value, digits)} ${SIZE_UNITS[unit] ?? 'B'}`;
}

/** Bytes per second → `64.9 MB/s` */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** Milliseconds left → `00:42`, `1:02:07`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${minutes}` : minutes;
}

/** Rounded up: seconds below 2 min, then minutes, hours, days and years. */
export function formatWait(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  const whole = (unit: number): number => Math.ceil(seconds / unit);
  if (seconds < 120) return `${seconds} s`;
  if (whole(60) < 120) return `${whole(60)} min`;
  if (whole(HOUR) < 48) return `${whole(HOUR)} h`;
  if (whole(DAY) < 730) return `${whole(DAY)} ${forms.days}`;
  return `${formatCount(whole(YEAR))} ${forms.years}`;
}

/** In seconds. */
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365.2425 * DAY;

/** How long something took → `12 ms`, `4.2 s`, `3 min 7 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${formatDecimal(ms / 1000, ms < 9_950 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1.5M`, `2 GiB` → bytes, in powers of 1024 as curl and aria2 read them; `null`: it is no size. */
export function readBytes(text: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/iu.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : null;
}
