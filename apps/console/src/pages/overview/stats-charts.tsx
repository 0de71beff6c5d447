import { Box, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import type { Schemas } from '../../api/client.ts';
import { TimeChart, type TimeChartProps } from '../../components/charts/time-chart.tsx';
import { counted, countText } from '../../format/counts.ts';
import { durationText } from '../../format/time-text.ts';
import { toColumns } from './series.ts';

const HEIGHT = 230;

interface FigureProps extends Omit<TimeChartProps, 'height'> {
  title: string;
  /** The same in words, for those who cannot see the chart. */
  summary: string;
}

/** A chart with its name and its sum in words. */
function Figure({ title, summary, ...chart }: FigureProps) {
  return (
    <Paper withBorder p="md" radius="md" component="figure" m={0} miw={0}>
      <Title order={2} size="h5">
        {title}
      </Title>
      <Text component="figcaption" size="xs" c="dimmed" mb="xs">
        {summary}
      </Text>
      <Box aria-hidden>
        <TimeChart {...chart} height={HEIGHT} />
      </Box>
    </Paper>
  );
}

/** The charts of the range over time. */
export function StatsCharts({ stats }: { stats: Schemas['Stats'] | undefined }) {
  const { times, ...columns } = useMemo(() => toColumns(stats?.buckets ?? []), [stats]);
  const totals = stats?.totals;
  const per = stats ? `one point for each ${durationText(stats.bucketSeconds * 1_000)}` : '';
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
      <Figure
        title="Accepted and succeeded"
        summary={
          totals
            ? `${counted(totals.accepted, 'alert')}, ${counted(totals.succeeded, 'round')} that succeeded; ${per}`
            : '…'
        }
        times={times}
        series={[
          { label: 'Accepted', color: '--mantine-color-blue-6', shape: 'line', values: columns.accepted },
          { label: 'Succeeded', color: '--mantine-color-teal-6', shape: 'area', values: columns.succeeded },
        ]}
        format={countText}
      />
      <Figure
        title="Failed rounds"
        summary={totals ? `${counted(totals.failed, 'round')} of first deliveries and resends; ${per}` : '…'}
        times={times}
        series={[{ label: 'Failed', color: '--mantine-color-red-7', shape: 'bars', values: columns.failed }]}
        format={countText}
      />
      <Figure
        title="Time from acceptance to success"
        summary={totals ? delaySummary(totals) : '…'}
        times={times}
        series={[
          {
            label: 'Half within',
            color: '--mantine-color-teal-6',
            shape: 'line',
            values: columns.delayP50Ms,
          },
          {
            label: '95 % within',
            color: '--mantine-color-orange-7',
            shape: 'line',
            values: columns.delayP95Ms,
          },
        ]}
        format={durationText}
      />
      <Figure
        title="Open deliveries"
        summary={stats ? openSummary(stats.now) : '…'}
        times={times}
        series={[{ label: 'Open', color: '--mantine-color-grape-6', shape: 'area', values: columns.open }]}
        format={countText}
      />
      <Figure
        title="Oldest open alert"
        summary="Age of the oldest alert with an open delivery, measured once a minute"
        times={times}
        series={[
          { label: 'Age', color: '--mantine-color-indigo-6', shape: 'area', values: columns.oldestOpenMs },
        ]}
        format={durationText}
      />
    </SimpleGrid>
  );
}

function delaySummary({ delayP50Ms, delayP95Ms }: Schemas['Stats']['totals']): string {
  if (delayP50Ms === null || delayP95Ms === null) return 'No delivery succeeded in this time';
  return `Half within ${durationText(delayP50Ms)}, 95 % within ${durationText(delayP95Ms)}; first rounds only`;
}

function openSummary({ waiting, queued, delayed }: Schemas['Stats']['now']): string {
  return `Now ${countText(waiting)} waiting, ${countText(queued)} queued, ${countText(delayed)} in their retry delay; measured once a minute`;
}
