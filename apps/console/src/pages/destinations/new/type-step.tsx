import { Anchor, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { Link } from 'react-router';
import { stepPath } from './step.ts';
import classes from './type-step.module.css';

/** The first step: what kind of destination it is. */
export function TypeStep() {
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Choose a type
      </Title>
      <Paper withBorder p="md" radius="md" className={classes.card}>
        <Group wrap="nowrap" align="start">
          <ThemeIcon size={40} variant="light" aria-hidden>
            <IconWebhook size={24} />
          </ThemeIcon>
          <div>
            <Title order={3} size="h5">
              <Anchor
                component={Link}
                to={stepPath({ name: 'form', fromId: null })}
                className={classes.link}
                inherit
              >
                Custom Webhook
              </Anchor>
            </Title>
            <Text size="sm">
              Sends every alert as JSON with an HTTP POST to your URL, for example for paging, ticketing, chat
              or an archive.
            </Text>
          </div>
        </Group>
      </Paper>
      <Text size="sm" c="dimmed">
        This is the only type. It works with every receiver that accepts an HTTP POST.
      </Text>
    </Stack>
  );
}
