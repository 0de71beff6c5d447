import 'uplot/dist/uPlot.min.css';
import { Box, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { tickText } from '../../format/time-text.ts';

export interface ChartSeries {
  label: string;
  /** A colour of the theme, as a CSS variable's name: `--mantine-color-teal-6`. */
  color: string;
  shape: 'area' | 'line' | 'bars';
  /** One for each time; null where nothing is known. */
  values: readonly (number | null)[];
}

export interface TimeChartProps {
  /** Seconds since 1970, in order. */
  times: readonly number[];
  series: readonly ChartSeries[];
  /** Writes a value with its unit. */
  format: (value: number) => string;
  /** Pixels, the legend included. */
  height: number;
}

/** Room that the legend takes below the drawing; pixels. */
const LEGEND_HEIGHT = 30;
const AXIS_WIDTH = 64;

/** Top of the axis when all values are zero. */
const EMPTY_MAX = 4;

/**
 * Values over time; the legend shows the one under the pointer. Screen readers cannot read it, so every use has the
 * same facts as text beside it.
 */
export function TimeChart({ times, series, format, height }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const scheme = useComputedColorScheme('light');
  const data = [times, ...series.map(({ values }) => values)] as UPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  // The chart is rebuilt when its series or the scheme's colours change, not when only the values change.
  const parts = series.map(({ label, color, shape }) => `${label}/${color}/${shape}`).join();

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const sizeOf = () => ({ width: element.clientWidth, height: height - LEGEND_HEIGHT });
    const plot = new UPlot(createOptions(series, format, element, sizeOf()), latest.current, element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize(sizeOf()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [parts, scheme, height]);

  useEffect(() => {
    chart.current?.setData(latest.current);
  });

  return <Box ref={place} h={height} style={{ overflow: 'hidden' }} />;
}

function createOptions(
  series: readonly ChartSeries[],
  format: (value: number) => string,
  element: HTMLElement,
  size: { width: number; height: number },
): UPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--mantine-color-dimmed'),
    grid: { stroke: color('--mantine-color-default-border'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  return {
    ...size,
    series: [{ value: '{YYYY}-{MM}-{DD} {HH}:{mm}' }, ...series.map((one) => drawSeries(one, color, format))],
    axes: [
      { ...axis, grid: { show: false }, values: (_, seconds) => seconds.map((at) => tickText(at, seconds)) },
      { ...axis, size: AXIS_WIDTH, values: (_, values) => values.map(format) },
    ],
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : EMPTY_MAX] } },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    padding: [8, 8, 0, 0],
  };
}

function drawSeries(
  { label, color: name, shape }: ChartSeries,
  color: (name: string) => string,
  format: (value: number) => string,
): UPlot.Series {
  const stroke = color(name);
  return {
    label,
    stroke,
    width: 2,
    spanGaps: shape === 'area',
    ...(shape === 'line' ? {} : { fill: `color-mix(in srgb, ${stroke} 25%, transparent)` }),
    ...(shape === 'bars' && UPlot.paths.bars ? { paths: UPlot.paths.bars({ size: [0.8, 40] }) } : {}),
    value: (_, value: number | null) => (value === null ? '–' : format(value)),
  };
}
