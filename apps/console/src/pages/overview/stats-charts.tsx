import '@mantine/charts/styles.css';
import { AreaChart, BarChart, LineChart } from '@mantine/charts';
import { Box, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { Schemas } from '../../api/client.ts';
import { countText, durationText } from '../../parts/times.ts';
import { toSteps } from './series.ts';

const HEIGHT = 220;

/** Shared by all charts: no animation, so that a refresh every few seconds is calm. */
const COMMON = {
  h: HEIGHT,
  dataKey: 'label',
  withLegend: true,
  legendProps: { verticalAlign: 'bottom', height: 28 },
  gridAxis: 'y',
  tickLine: 'none',
  xAxisProps: { minTickGap: 40 },
  yAxisProps: { width: 64, allowDecimals: false },
} as const;

interface FigureProps {
  title: string;
  /** The same in words, for those who cannot see the chart. */
  summary: string;
  children: ReactNode;
}

function Figure({ title, summary, children }: FigureProps) {
  return (
    <Paper withBorder p="md" radius="md" component="figure" m={0} aria-label={`${title}: ${summary}`}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <Box h={HEIGHT} aria-hidden>
        {children}
      </Box>
      <Text component="figcaption" size="xs" c="dimmed" mt="xs">
        {summary}
      </Text>
    </Paper>
  );
}

/** The range drawn over time. */
export function StatsCharts({ stats }: { stats: Schemas['Stats'] | undefined }) {
  const steps = useMemo(() => (stats ? toSteps(stats.buckets, stats.bucketSeconds) : []), [stats]);
  const totals = stats?.totals;
  const per = stats ? `per ${durationText(stats.bucketSeconds * 1_000)}` : '';
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
      <Figure
        title="Accepted and delivered"
        summary={
          totals
            ? `${countText(totals.accepted)} alerts, ${countText(totals.delivered)} deliveries; ${per}`
            : '…'
        }
      >
        <AreaChart
          {...COMMON}
          data={steps}
          series={[
            { name: 'Accepted', color: 'blue.6' },
            { name: 'Delivered', color: 'teal.6' },
          ]}
          curveType="linear"
          withDots={false}
          areaProps={{ isAnimationActive: false }}
          valueFormatter={countText}
        />
      </Figure>
      <Figure
        title="Failed for good"
        summary={totals ? `${countText(totals.failed)} deliveries used up their retries; ${per}` : '…'}
      >
        <BarChart
          {...COMMON}
          data={steps}
          series={[{ name: 'Failed', color: 'red.7' }]}
          barProps={{ isAnimationActive: false }}
          valueFormatter={countText}
        />
      </Figure>
      <Figure title="Accept to delivery" summary={totals ? delaySummary(totals) : '…'}>
        <LineChart
          {...COMMON}
          data={steps}
          series={[
            { name: 'Median (p50)', color: 'teal.6' },
            { name: 'Slowest 5 % (p95)', color: 'orange.7' },
          ]}
          curveType="linear"
          connectNulls={false}
          withDots={steps.length < 40}
          lineProps={{ isAnimationActive: false }}
          valueFormatter={durationText}
        />
      </Figure>
      <Figure title="Open deliveries" summary={stats ? openSummary(stats.now) : '…'}>
        <AreaChart
          {...COMMON}
          data={steps}
          series={[{ name: 'Open', color: 'grape.6' }]}
          withRightYAxis
          curveType="linear"
          connectNulls
          withDots={false}
          areaProps={{ isAnimationActive: false }}
          valueFormatter={countText}
        />
      </Figure>
      <Figure
        title="Oldest undelivered"
        summary="Age of the oldest alert with an unfinished delivery, sampled once a minute"
      >
        <AreaChart
          {...COMMON}
          data={steps}
          series={[{ name: 'Oldest', color: 'indigo.6' }]}
          curveType="linear"
          connectNulls
          withDots={false}
          areaProps={{ isAnimationActive: false }}
          valueFormatter={(seconds) => durationText(seconds * 1_000)}
        />
      </Figure>
    </SimpleGrid>
  );
}

function delaySummary({ delayP50Ms, delayP95Ms }: Schemas['Stats']['totals']): string {
  if (delayP50Ms === null || delayP95Ms === null) return 'Nothing was delivered in this time';
  return `Half within ${durationText(delayP50Ms)}, 95 % within ${durationText(delayP95Ms)}; first rounds only`;
}

function openSummary({ waiting, queued, delayed }: Schemas['Stats']['now']): string {
  return `Now ${countText(waiting)} waiting, ${countText(queued)} queued, ${countText(delayed)} in their retry delay; sampled once a minute`;
}
