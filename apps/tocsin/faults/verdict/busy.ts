/** A p99 from accept to delivery above this, without any fault, says that the machine has no time for a measurement. */
const QUIET_P99_MS_MAX = 250;

/** @returns why a ratio to this p99 says nothing, or an empty list; a short run measures nothing anyway */
export function busyMachine(quietP99Ms: number, isShort: boolean): string[] {
  return isShort || quietP99Ms <= QUIET_P99_MS_MAX
    ? []
    : [`the machine was busy: p99 without the fault was ${Math.round(quietP99Ms)} ms`];
}
