/** What happened in one step of time. */
export interface SparkPoint {
  succeeded: number;
  failed: number;
}

export interface Bar {
  x: number;
  width: number;
  /** What succeeded: from `succeededY` down to the baseline. */
  succeededY: number;
  succeededHeight: number;
  /** What failed: from the baseline downwards, so that no colour is needed to tell them apart. */
  failedHeight: number;
}

export interface Bars {
  baseline: number;
  bars: Bar[];
}

const GAP = 1;
/** Smallest height: one delivery among thousands stays visible. */
const HEIGHT_MIN = 1.5;

/**
 * Lays out a bar for each step: what succeeded above the baseline, what failed below it, on one scale.
 *
 * @param points oldest first
 * @param size of the drawing, in its own units
 */
export function layOutBars(
  points: readonly SparkPoint[],
  { width, height }: { width: number; height: number },
): Bars {
  const most = (pick: (point: SparkPoint) => number) => Math.max(0, ...points.map(pick));
  const above = most(({ succeeded }) => succeeded);
  const below = most(({ failed }) => failed);
  const total = above + below;
  // Without failures, the baseline is the bottom; a few failures still get a visible part.
  const belowHeight = below === 0 ? 0 : Math.max(height * 0.2, (height * below) / total);
  const aboveHeight = height - belowHeight;
  const step = points.length === 0 ? width : width / points.length;
  const scaled = (value: number, max: number, room: number) =>
    value === 0 ? 0 : Math.max(HEIGHT_MIN, (room * value) / max);
  return {
    baseline: aboveHeight,
    bars: points.map(({ succeeded, failed }, index) => {
      const succeededHeight = scaled(succeeded, above, aboveHeight);
      return {
        x: index * step,
        width: Math.max(step - GAP, step / 2),
        succeededY: aboveHeight - succeededHeight,
        succeededHeight,
        failedHeight: scaled(failed, below, belowHeight),
      };
    }),
  };
}

/** Describes the bars in words, for screen readers. */
export function sparklineText(points: readonly SparkPoint[]): string {
  const sum = (pick: (point: SparkPoint) => number) =>
    points.reduce((total, point) => total + pick(point), 0).toLocaleString('en-US');
  return `Last 24 hours: ${sum(({ succeeded }) => succeeded)} succeeded, ${sum(({ failed }) => failed)} failed`;
}
