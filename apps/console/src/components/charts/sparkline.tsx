import { layOutBars, type SparkPoint, sparklineText } from './bars.ts';
import classes from './sparkline.module.css';

export interface SparklineProps {
  /** The last 24 hours, oldest first. */
  points: readonly SparkPoint[];
  /** Pixels. */
  width?: number;
  height?: number;
}

/** What succeeded and what failed over the last day: above and below a line, and in words for screen readers. */
export function Sparkline({ points, width = 120, height = 32 }: SparklineProps) {
  const { baseline, bars } = layOutBars(points, { width, height });
  const text = sparklineText(points);
  return (
    <svg
      className={classes.sparkline}
      role="img"
      aria-label={text}
      viewBox={`0 0 ${width} ${height + 1}`}
      width={width}
      height={height + 1}
    >
      <title>{text}</title>
      {bars.map(({ x, width: barWidth, succeededY, succeededHeight, failedHeight }) => (
        <g key={x}>
          <rect
            className={classes.succeeded}
            x={x}
            y={succeededY}
            width={barWidth}
            height={succeededHeight}
          />
          <rect className={classes.failed} x={x} y={baseline + 1} width={barWidth} height={failedHeight} />
        </g>
      ))}
      <line className={classes.baseline} x1={0} x2={width} y1={baseline + 0.5} y2={baseline + 0.5} />
    </svg>
  );
}
