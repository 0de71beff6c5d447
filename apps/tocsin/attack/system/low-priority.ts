import { writeFileSync } from 'node:fs';

/** Linux gives each session its share first, where this file is and the feature is on: `nice` counts within one alone. */
const autogroupOf = (who: number | 'self') => `/proc/${who}/autogroup`;

/**
 * What a command is run by to have less than others of a processor that is short, as a session of its own or not.
 *
 * @param nice 6 comes to a quarter of what others have, 10 to a tenth
 */
export function lowPriority(nice: number): readonly string[] {
  // Refused where somebody else has asked for it in the last tenth of a second.
  const asSession = `for n in 1 2 3 4 5; do echo ${nice} > ${autogroupOf('self')} && break; sleep 0.2; done 2>/dev/null`;
  return ['/bin/sh', '-c', `${asSession}; exec nice -n ${nice} "$0" "$@"`];
}

/** The same for a session that runs already, by the process that leads it; where the system has no such thing, nothing. */
export function lowerPriority(pid: number, nice: number): void {
  try {
    writeFileSync(autogroupOf(pid), `${nice}`);
  } catch {
    // Its own nice value is all there is.
  }
}
