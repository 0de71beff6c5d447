import { Anchor, Skeleton, Stack } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { useDestination } from '../../../api/queries/destinations.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { PageFrame } from '../../../components/page/page-frame.tsx';
import { AddedStep } from './added-step.tsx';
import { FormStep } from './form-step.tsx';
import { type Step, stepOf } from './step.ts';
import { StepsBar } from './steps-bar.tsx';
import { TypeStep } from './type-step.tsx';

/** Adds a destination in three steps. */
export function Page() {
  const [search] = useSearchParams();
  const step = stepOf(search);
  return (
    <PageFrame title="Add destination">
      <Stack gap="lg" maw={820}>
        <StepsBar current={step.name} />
        <CurrentStep step={step} />
      </Stack>
    </PageFrame>
  );
}

function CurrentStep({ step }: { step: Step }) {
  if (step.name === 'type') return <TypeStep />;
  if (step.name === 'added') return <AddedStep key={step.id} id={step.id} />;
  return step.fromId === null ? (
    <FormStep key="empty" from={null} />
  ) : (
    <CopyStep key={step.fromId} id={step.fromId} />
  );
}

/** The form with the settings of another destination, once they are there. */
function CopyStep({ id }: { id: string }) {
  const { data, error, refetch } = useDestination(id);
  if (data !== undefined) return <FormStep from={data} />;
  if (!error) return <Skeleton h={600} />;
  return (
    <>
      <ErrorState error={error} onRetry={() => refetch()} />
      <Anchor component={Link} to="/destinations/new?type=webhook" underline="always">
        Start with an empty form
      </Anchor>
    </>
  );
}
