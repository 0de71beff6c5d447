/** A p99 from accept to delivery above this, without any fault, says that the machine has no time for a measurement. */
const QUIET_P99_MS_MAX = 250;

/**
 * @param p99MsMax - up to which a p99 without the fault is a quiet machine's; of accept to delivery unless it is given
 * @returns why figures of this run say nothing, or an empty list; a short run measures nothing anyway
 */
export function busyMachine(quietP99Ms: number, isShort: boolean, p99MsMax = QUIET_P99_MS_MAX): string[] {
  return isShort || quietP99Ms <= p99MsMax
    ? []
    : [`the machine was busy: p99 without the fault was ${Math.round(quietP99Ms)} ms`];
}
