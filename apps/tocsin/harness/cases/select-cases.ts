import type { Claim, MeasuredCase } from './case.ts';

/**
 * Finds the cases that somebody named: by an id (`G1`), by one of its parts (`G1/redis`), or by a case's name.
 *
 * @returns the cases to run, and whether a claim of theirs is one that was wanted
 * @throws Error naming what there is none of
 */
export function selectCases(
  all: readonly MeasuredCase[],
  wanted: readonly string[],
): { cases: MeasuredCase[]; isWanted: (claim: Claim) => boolean } {
  const isNamed = (one: MeasuredCase, { id, part }: Claim, name: string) =>
    [one.name, id, `${id}/${part}`].includes(name);
  const unknown = wanted.filter(
    (name) => !all.some((one) => one.claims.some((claim) => isNamed(one, claim, name))),
  );
  if (unknown.length > 0) {
    const ids = new Set(all.flatMap(({ claims }) => claims.map(({ id }) => id)));
    throw new Error(`No such case: ${unknown.join(', ')}. There are ${[...ids].join(', ')}`);
  }
  const chosen = all.flatMap((one) =>
    one.claims.filter((claim) => wanted.length === 0 || wanted.some((name) => isNamed(one, claim, name))),
  );
  const keys = new Set(chosen.map(({ id, part }) => `${id}/${part}`));
  const isWanted = ({ id, part }: Claim) => keys.has(`${id}/${part}`);
  return { cases: all.filter(({ claims }) => claims.some(isWanted)), isWanted };
}
