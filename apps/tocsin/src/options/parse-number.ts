import { InvalidArgumentError } from 'commander';

export interface NumberRange {
  min: number;
  max: number;
  /** Fractions are refused unless this is set. */
  fractions?: boolean;
}

/** A parser for commander: a decimal number within the range. */
export function numberBetween({ min, max, fractions = false }: NumberRange): (text: string) => number {
  return (text) => {
    const number = /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
    const fits = number >= min && number <= max && (fractions || Number.isInteger(number));
    if (!fits) {
      const kind = fractions ? 'a number' : 'a whole number';
      throw new InvalidArgumentError(`Give ${kind} from ${min} to ${max}.`);
    }
    return number;
  };
}
