import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Client } from '@tocsin/client';
import {
  type AlertDetail,
  createDestination,
  getAlert,
  getDestination,
  updateDestination,
} from '@tocsin/contract';
import type { Lifecycle } from '@tocsin/service';
import { createListenReceiver, type ListenReceiver } from '../listen/receiver.ts';
import { counted } from '../output/counted.ts';
import type { Printer } from '../output/printer.ts';
import { UsageError } from '../usage-error.ts';
import { DEMO_DESTINATIONS, type DemoDestination, TICKETS_FAIL_FIRST } from './demo-destinations.ts';
import { demoTable } from './demo-table.ts';
import { createLiveView } from './live-view.ts';
import { sampleAlerts } from './sample-alerts.ts';

/** Loopback, which the demo's receiver listens on and which is refused otherwise. */
export const DEMO_EGRESS = '127.0.0.0/8';

const PREFERRED_PORT = 8081;
const POLL_MS = 250;

/** The demo's deliveries end within seconds; if not, the table is no longer updated. Milliseconds. */
const WATCH_MS_MAX = 30_000;

export interface DemoDeps {
  client: Client;
  lifecycle: Lifecycle;
  printer: Printer;
  /** Whether standard output is a terminal, where the table is redrawn in place. */
  terminal: boolean;
  now: () => Date;
  /** Stops updating the table. */
  stop: AbortSignal;
}

/**
 * A receiver here, destinations that point at it, sample alerts, and a table of what becomes of them. A destination
 * that cannot be created is left out: the user has deleted it, or given its name to another.
 */
export async function runDemo(deps: DemoDeps): Promise<void> {
  const { client, lifecycle, printer } = deps;
  const receiver = lifecycle.own('demo receiver', await openReceiver());
  const leftOut: string[] = [];
  for (const destination of DEMO_DESTINATIONS) {
    const why = await ensureDestination(client, receiver.url, destination);
    if (why !== null) leftOut.push(`"${destination.settings.displayName}" is left out: ${why}.`);
  }
  const destinations = counted(DEMO_DESTINATIONS.length - leftOut.length, 'destination');
  const alerts = sampleAlerts(deps.now());
  const summary = await client.postAlerts(JSON.stringify(alerts), 'application/json');
  await printer.print(
    '',
    ...leftOut,
    summary.accepted > 0
      ? `Sent ${counted(summary.accepted, 'sample alert')} to ${destinations} at ${receiver.url}:`
      : 'The sample alerts of an earlier start, and what became of them:',
    '',
  );
  await watch(
    deps,
    alerts.map((alert) => String(alert.alertId)),
  );
}

async function openReceiver(): Promise<ListenReceiver> {
  const open = (port: number) =>
    createListenReceiver({
      port,
      host: '127.0.0.1',
      answer: ({ path, arrival }) => ({
        status: path === '/tickets' && arrival <= TICKETS_FAIL_FIRST ? 503 : 200,
        delayMs: 0,
      }),
    });
  return open(PREFERRED_PORT).catch((error) => {
    if (error instanceof UsageError) return open(0);
    throw error;
  });
}

/** Why a destination cannot be created, by the API's code. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  // The id of a deleted destination stays reserved, though it is no longer found.
  id_taken: 'it was deleted',
  display_name_taken: 'another destination has that name',
};

/** @returns why the destination is not there, or null where it is */
async function ensureDestination(
  client: Client,
  receiverUrl: string,
  { id, path, settings }: DemoDestination,
): Promise<string | null> {
  const url = `${receiverUrl}${path}`;
  try {
    const known = await client.call(getDestination, { params: { id } });
    if (known.url !== url) await client.call(updateDestination, { params: { id }, body: { url } });
    return null;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'not_found') throw error;
  }
  try {
    await client.call(createDestination, { body: { id, url, ...settings } });
    return null;
  } catch (error) {
    const why = error instanceof ApiError ? LEFT_OUT[error.code] : undefined;
    if (why === undefined) throw error;
    return why;
  }
}

async function watch(deps: DemoDeps, alertIds: string[]): Promise<void> {
  const { client, printer, now, stop } = deps;
  const view = createLiveView(printer, deps.terminal);
  const endAt = now().getTime() + WATCH_MS_MAX;
  for (;;) {
    const alerts = await Promise.all(
      alertIds.map((alertId): Promise<AlertDetail> => client.call(getAlert, { params: { alertId } })),
    );
    if (stop.aborted) return;
    const settled = alerts.every((alert) => alert.status !== 'routing' && alert.status !== 'pending');
    const over = settled || now().getTime() >= endAt;
    await view.show(demoTable(alerts, { now: now(), width: printer.width, colors: printer.colors }), over);
    if (over) return;
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
