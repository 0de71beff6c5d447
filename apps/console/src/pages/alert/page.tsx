import { Anchor, Grid, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { ApiProblem } from '../../api/problem-message.ts';
import { EmptyState } from '../../components/page/empty-state.tsx';
import { ErrorState } from '../../components/page/error-state.tsx';
import { LoadMore } from '../../components/page/load-more.tsx';
import { usePageTitle } from '../../components/page/page-title.ts';
import { AboutSection } from './about-section.tsx';
import { AlertHeader } from './alert-header.tsx';
import { DeliverySection } from './deliveries/delivery-section.tsx';
import { OnThisPage } from './on-this-page.tsx';
import { PayloadSection } from './payload/payload-section.tsx';
import type { ShownAlert } from './read-alert.ts';
import { RoutingSection } from './routing-section.tsx';
import { useAlert } from './use-alert.ts';

const TAB_CHARACTERS_MAX = 100;

/** One alert: its deliveries, what to do, the routing decision, and the whole payload. */
export function Page() {
  const { alertId = '' } = useParams();
  // Sections opened for one alert are closed for the next.
  return <AlertPage key={alertId} alertId={alertId} />;
}

function AlertPage({ alertId }: { alertId: string }) {
  const { data: alert, error, isPending, refetch, ...more } = useAlert(alertId);
  usePageTitle(alert?.title.trim().slice(0, TAB_CHARACTERS_MAX) || `Alert ${alertId}`);
  const isGone = error instanceof ApiProblem && (error.status === 404 || error.code === 'invalid_request');
  if (isGone) return <Gone />;
  return (
    <Stack gap="lg">
      <Text size="sm">
        <Anchor component={Link} to="/alerts" inherit>
          All alerts
        </Anchor>
      </Text>
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {isPending && <AlertSkeleton />}
      {alert && <Sections alert={alert} />}
      {more.hasNextPage && <LoadMore onClick={more.fetchNextPage} loading={more.isFetchingNextPage} />}
    </Stack>
  );
}

function Sections({ alert }: { alert: ShownAlert }) {
  return (
    <>
      <AlertHeader alert={alert} />
      <OnThisPage />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <DeliverySection alert={alert} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <AboutSection alert={alert} />
        </Grid.Col>
      </Grid>
      <RoutingSection alert={alert} />
      <PayloadSection alert={alert} />
    </>
  );
}

function Gone() {
  usePageTitle('Alert not found');
  return (
    <EmptyState title="There is no such alert">
      <Text c="dimmed">
        Alerts are deleted after the retention time, by default 30 days. This alert was deleted, or no alert
        ever had this id.
      </Text>
      <Anchor component={Link} to="/alerts" underline="always">
        See all alerts
      </Anchor>
    </EmptyState>
  );
}

function AlertSkeleton() {
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>Loading the alert…</VisuallyHidden>
      <Skeleton height={20} width={160} />
      <Skeleton height={32} width="70%" />
      <Skeleton height={20} width="50%" />
      <Skeleton height={180} mt="md" />
      <Skeleton height={180} />
    </Stack>
  );
}
