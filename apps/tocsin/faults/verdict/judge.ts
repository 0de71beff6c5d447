import type { Claim, Measured } from '../case.ts';

/** What is said of one claim in the end. */
export interface PartVerdict extends Claim {
  /** Null where the case could not run here, or failed before there was a figure. */
  figure: number | null;
  struck: number;
  struckMin: number;
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
  target: number;
  met: boolean | null;
  detail: { parts: readonly PartVerdict[] };
}

const NOTHING = { figure: null, struck: 0, struckMin: 0, detail: {} } as const;

export function cannotRun(claim: Claim, reason: string): PartVerdict {
  return { ...claim, ...NOTHING, met: null, reasons: [`cannot run here: ${reason}`] };
}

export function failed(claim: Claim, message: string): PartVerdict {
  return { ...claim, ...NOTHING, met: false, reasons: [`the case failed: ${message}`] };
}

/** Met is only what has a figure within its target, struck often enough, and broke nothing else. */
export function judgeClaim(
  claim: Claim,
  { figure, struck, struckMin, broken = [], detail = {} }: Measured,
): PartVerdict {
  const isWithin = claim.isLeast === true ? figure >= claim.target : figure <= claim.target;
  const reasons = [
    ...(isWithin ? [] : [`${claim.isLeast === true ? 'below' : 'above'} the target`]),
    ...(struck >= struckMin ? [] : [`struck ${struck} times, too rarely (${struckMin})`]),
    ...broken,
  ];
  return { ...claim, figure, struck, struckMin, met: reasons.length === 0, reasons, detail };
}

/** How bad a part is: what is unmet comes before what is met, and then the figure farther beyond its target. */
function badness({ met, figure, target, isLeast }: PartVerdict): number {
  if (met === null) return -1;
  if (figure === null || Number.isNaN(figure)) return Number.POSITIVE_INFINITY;
  const share = target === 0 ? 1 + figure : isLeast === true ? target / figure : figure / target;
  return met ? share / (1 + share) : 1 + share;
}

/** One verdict per id, with the figure of its worst part. An id is met where each of its parts is. */
export function judgeIds(parts: readonly PartVerdict[]): IdVerdict[] {
  return [...Map.groupBy(parts, ({ id }) => id)].map(([id, those]) => {
    const [worst] = those.toSorted((a, b) => badness(b) - badness(a)) as [PartVerdict];
    const met = those.some((one) => one.met === false)
      ? false
      : those.some((one) => one.met === null)
        ? null
        : true;
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
