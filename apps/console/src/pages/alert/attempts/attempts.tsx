import { Box, Button, Group, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../../../api/client.ts';
import { AttemptItem } from './attempt-item.tsx';
import { type Round, roundsOf } from './rounds.ts';

/** Once this many attempts are shown, older rounds are hidden: 22 are two full rounds. */
const ATTEMPTS_SHOWN = 22;

const TRIGGER_LABELS: Record<Round['trigger'], string> = {
  auto: 'automatic',
  resend: 'resend',
  test: 'test',
};

/** Every attempt of a delivery, the latest first; rounds of a resend are marked. */
export function Attempts({ delivery }: { delivery: Schemas['DeliverySummary'] }) {
  const rounds = roundsOf(delivery);
  const [isComplete, setIsComplete] = useState(false);
  const shown = isComplete ? rounds : firstRounds(rounds);
  const hidden = rounds.length - shown.length;
  if (rounds.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No attempt was made.
      </Text>
    );
  }
  return (
    <Box>
      {shown.map((round) => (
        <RoundItem key={round.round} deliveryId={delivery.id} round={round} isOnly={rounds.length === 1} />
      ))}
      {hidden > 0 && (
        <Button size="xs" variant="default" onClick={() => setIsComplete(true)}>
          {hidden === 1 ? 'Show the first round' : `Show ${hidden} earlier rounds`}
        </Button>
      )}
    </Box>
  );
}

function firstRounds(rounds: Round[]): Round[] {
  let attempts = 0;
  return rounds.filter((round) => {
    const isShown = attempts < ATTEMPTS_SHOWN;
    attempts += round.attempts.length;
    return isShown;
  });
}

interface RoundItemProps {
  deliveryId: string;
  round: Round;
  isOnly: boolean;
}

function RoundItem({ deliveryId, round: { round, trigger, attempts }, isOnly }: RoundItemProps) {
  const isPlain = isOnly && trigger === 'auto';
  return (
    <Box mb="xs">
      {!isPlain && (
        <Group gap="xs" mt="xs" mb={6}>
          <Title order={4} size="sm">
            Round {round}
          </Title>
          <Text size="sm" c="dimmed">
            {TRIGGER_LABELS[trigger]}
          </Text>
        </Group>
      )}
      {attempts.length === 0 ? (
        <Text size="sm" c="dimmed">
          No attempt yet.
        </Text>
      ) : (
        <Box component="ol" p={0} m={0} aria-label={`Attempts of round ${round}`}>
          {attempts.map((attempt) => (
            <AttemptItem key={attempt.number} deliveryId={deliveryId} attempt={attempt} />
          ))}
        </Box>
      )}
    </Box>
  );
}
