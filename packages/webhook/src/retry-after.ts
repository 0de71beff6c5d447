const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

/** The three forms of HTTP-date: IMF-fixdate, RFC 850, asctime. Source: RFC 9110 section 5.6.7. */
const DATE_FORMS = [
  new RegExp(`^${DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(
    `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`,
  ),
  new RegExp(`^${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * Reads a `Retry-After` header: a count of seconds or an HTTP-date. Source: RFC 9110 section 10.2.3.
 *
 * @param nowMs the time, in milliseconds since the epoch
 * @returns milliseconds to wait from now, 0 for a date that has passed; null where the value is neither
 */
export function parseRetryAfterMs(value: string, nowMs: number): number | null {
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  const time = parseHttpDate(text, nowMs);
  return time === null ? null : Math.max(0, time - nowMs);
}

function parseHttpDate(text: string, nowMs: number): number | null {
  for (const form of DATE_FORMS) {
    const fields = form.exec(text)?.groups;
    if (fields !== undefined) return timeOf(fields, nowMs);
  }
  return null;
}

function timeOf(fields: Record<string, string>, nowMs: number): number | null {
  const [day, hour, minute, second] = [fields.day, fields.hour, fields.minute, fields.second].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const month = MONTHS.indexOf(fields.month ?? '');
  // 60 is a leap second, which Unix time counts as the next minute's first.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const year = fullYear(fields.year ?? '', nowMs);
  // Not Date.UTC(year, …): that takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return null;
  return date.setUTCHours(hour, minute, second);
}

/** Two digits more than 50 years ahead mean the century before. Source: RFC 9110 section 5.6.7. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length > 2) return Number(digits);
  const currentYear = new Date(nowMs).getUTCFullYear();
  const year = currentYear - (currentYear % 100) + Number(digits);
  return year > currentYear + 50 ? year - 100 : year;
}
