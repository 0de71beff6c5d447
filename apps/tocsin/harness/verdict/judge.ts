import type { Claim, Measured } from '../cases/case.ts';

/** What is said of one claim in the end. */
export interface PartVerdict extends Claim {
  /** Null where the case could not run here, or failed before there was a figure. */
  figure: number | null;
  struck: number | null;
  struckMin: number | null;
  /** Null: neither met nor unmet. */
  met: boolean | null;
  /** Why it is not met, or why it could not run. */
  reasons: readonly string[];
  detail: Readonly<Record<string, unknown>>;
}

/** All parts of one id. */
export interface IdVerdict {
  id: string;
  figure: number | null;
  unit: string;
  target: number | null;
  met: boolean | null;
  detail: { parts: readonly PartVerdict[] };
}

const NOTHING = { figure: null, struck: null, struckMin: null, detail: {} } as const;

export function cannotRun(claim: Claim, reason: string): PartVerdict {
  return { ...claim, ...NOTHING, met: null, reasons: [`cannot run here: ${reason}`] };
}

export function failed(claim: Claim, message: string): PartVerdict {
  return { ...claim, ...NOTHING, met: false, reasons: [`the case failed: ${message}`] };
}

/** Met is only what has a figure within its target, struck often enough, and broke nothing else. */
export function judgeClaim(
  claim: Claim,
  { figure, struck = null, struckMin = null, broken = [], detail = {} }: Measured,
): PartVerdict {
  const reasons = [
    ...(isWithin(claim, figure) ? [] : [`${claim.isLeast === true ? 'below' : 'above'} the target`]),
    ...((struck ?? 0) >= (struckMin ?? 0) ? [] : [`struck ${struck} times, too rarely (${struckMin})`]),
    ...broken,
  ];
  const met = claim.target === null && reasons.length === 0 ? null : reasons.length === 0;
  return { ...claim, figure, struck, struckMin, met, reasons, detail };
}

function isWithin({ target, isLeast }: Claim, figure: number): boolean {
  if (target === null) return true;
  return isLeast === true ? figure >= target : figure <= target;
}

/** How bad a part is: what is unmet comes before what is met, and then the figure farther beyond its target. */
function badness({ met, figure, target, isLeast }: PartVerdict): number {
  if (met === null || target === null) return -1;
  if (figure === null || Number.isNaN(figure)) return Number.POSITIVE_INFINITY;
  const share = target === 0 ? 1 + figure : isLeast === true ? target / figure : figure / target;
  return met ? share / (1 + share) : 1 + share;
}

/** One verdict per id, with the figure of its worst part. An id is met where each of its parts is. */
export function judgeIds(parts: readonly PartVerdict[]): IdVerdict[] {
  return [...Map.groupBy(parts, ({ id }) => id)].map(([id, those]) => {
    const [worst] = those.toSorted((a, b) => badness(b) - badness(a)) as [PartVerdict];
    const mets = new Set(those.filter(({ target }) => target !== null).map(({ met }) => met));
    const met = mets.has(false) ? false : mets.has(null) || mets.size === 0 ? null : true;
    return {
      id,
      figure: worst.figure,
      unit: worst.unit,
      target: worst.target,
      met,
      detail: { parts: those },
    };
  });
}
