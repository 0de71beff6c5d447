import { Anchor, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { memo } from 'react';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client.ts';
import { SeverityBadge, StatusBadge } from '../../components/text/badges.tsx';
import { Distance } from '../../components/text/moment.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';

type Alert = Schemas['Alert'];

/** The alerts as a table, and as cards where a table has no room. */
export function AlertRows({ alerts }: { alerts: readonly Alert[] }) {
  const isNarrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false });
  if (isNarrow) {
    return (
      <Stack component="ul" gap="xs" p={0} m={0} aria-label="Alerts" style={{ listStyle: 'none' }}>
        {alerts.map((alert) => (
          <AlertCard key={alert.alertId} alert={alert} />
        ))}
      </Stack>
    );
  }
  return (
    <Table aria-label="Alerts" verticalSpacing="sm" layout="fixed" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={110}>Severity</Table.Th>
          <Table.Th>Alert</Table.Th>
          <Table.Th w={230}>Type</Table.Th>
          <Table.Th w={120}>Received</Table.Th>
          <Table.Th w={120}>Status</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.alertId} alert={alert} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

const AlertRow = memo(function AlertRow({ alert }: { alert: Alert }) {
  return (
    <Table.Tr>
      <Table.Td>
        <SeverityBadge severity={alert.severity} />
      </Table.Td>
      <Table.Td>
        <AlertTitle alert={alert} />
        <Detection alert={alert} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{alert.type}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Distance iso={alert.receivedAt} />
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={alert.status} />
      </Table.Td>
    </Table.Tr>
  );
});

const AlertCard = memo(function AlertCard({ alert }: { alert: Alert }) {
  return (
    <Paper component="li" withBorder p="sm" radius="md">
      <Stack gap={6}>
        <Group gap="xs" justify="space-between">
          <SeverityBadge severity={alert.severity} />
          <StatusBadge status={alert.status} />
        </Group>
        <AlertTitle alert={alert} />
        <Detection alert={alert} />
        <Text size="sm" c="dimmed">
          {alert.type} · <Distance iso={alert.receivedAt} />
        </Text>
      </Stack>
    </Paper>
  );
});

function AlertTitle({ alert }: { alert: Alert }) {
  const isBlank = alert.title.trim() === '';
  return (
    <Anchor
      component={Link}
      to={`/alerts/${encodeURIComponent(alert.alertId)}`}
      c="var(--mantine-color-text)"
      fw={600}
      underline="hover"
      style={{ display: 'block' }}
    >
      {isBlank ? `Alert ${alert.alertId}` : <PlainText text={alert.title} lines={2} inherit />}
    </Anchor>
  );
}

/** The detection that raised the alert: its name, and its id where that says something else. */
function Detection({ alert: { name, id } }: { alert: Alert }) {
  const text = name === null || name === '' || name === id ? id : `${name} (${id})`;
  return <PlainText text={text} lines={1} size="sm" c="dimmed" />;
}
