const SHAPE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(?:Z|[+-]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)$/;

/** The same without the offset, which people often forget. */
const WITHOUT_OFFSET = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$/;

/**
 * Says of a text that is no time what is wrong with it: whether it is not written as one, or names a day, hour, minute,
 * second or offset that does not exist.
 *
 * @param shape how such a time is written, with an example
 */
export function timeWords(text: string, shape: string): string {
  const parts = SHAPE.exec(text)?.slice(1);
  if (parts !== undefined) {
    const missing = missingPart(parts);
    if (missing !== undefined) return `is no time that exists: there is no ${missing}`;
  }
  return WITHOUT_OFFSET.test(text) ? `lacks an offset, such as Z or +02:00: it ${shape}` : shape;
}

/** @param parts year, month, day, hour, minute, second, and the offset's three, as digits */
function missingPart(parts: string[]): string | undefined {
  const [year = '', month = '', day = '', hour = '', minute = '', second = '00', ...offset] = parts;
  const [offsetHours = '00', offsetMinutes = '00', offsetSeconds = '00'] = offset;
  const isBeyond = (digits: string, max: number) => Number(digits) > max;
  if (isBeyond(month, 12) || month === '00') return `month ${month}`;
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  if (isBeyond(day, days) || day === '00') return `day ${year}-${month}-${day}`;
  if (isBeyond(hour, 23)) return `hour ${hour}, the last is 23`;
  if (isBeyond(minute, 59)) return `minute ${minute}, the last is 59`;
  if (isBeyond(second, 59)) return `second ${second}, the last is 59`;
  if (isBeyond(offsetHours, 23)) return `offset of ${offsetHours} hours, the largest is 23:59`;
  if (isBeyond(offsetMinutes, 59)) return `offset with ${offsetMinutes} minutes, the last is 59`;
  if (isBeyond(offsetSeconds, 59)) return `offset with ${offsetSeconds} seconds, the last is 59`;
  return undefined;
}
