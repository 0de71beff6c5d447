import type { RetryPolicy } from '@tocsin/contract';
import type { DispatchedDelivery, Verdict } from '@tocsin/status-gateway';
import { type Database, inTransaction } from '@tocsin/store';
import type { RoundRef } from '../delivery/delivery-row.ts';
import type { WrongAlert } from './alert-counts.ts';
import { applyAlertRecount, type RoutingsPage } from './apply-alert-recount.ts';
import { applyDestinationRecount } from './apply-destination-recount.ts';
import { applyEnds, type Ends } from './apply-ends.ts';
import { applyMissingBatch, type MissingAfterBatch, type MissingBatch } from './apply-missing-batch.ts';
import { applyReclaim } from './apply-reclaim.ts';
import { applyRelease, type Release } from './apply-release.ts';
import { applyReports, type Reports } from './apply-reports.ts';
import { applyResend, type ResendRequest } from './apply-resend.ts';
import { applyResendBatch, type ResentBatch } from './apply-resend-batch.ts';
import { type ChangedFlow, createLedger, type EndedDelivery, type Ledger, type Work } from './ledger.ts';
import { lockDestinations, type WrongDestination } from './locked-destinations.ts';

/** What can be committed, and what comes of it; each kind is explained by the function that applies it. */
interface Changes {
  reports: { change: Reports; result: Verdict[] };
  resend: { change: ResendRequest; result: string[] };
  resendBatch: { change: { size: number }; result: ResentBatch | null };
  missingBatch: { change: MissingBatch; result: MissingAfterBatch | null };
  ends: { change: Ends; result: number };
  reclaim: { change: RoundRef[]; result: number };
  release: { change: Release; result: undefined };
  destinationRecount: { change: string[]; result: WrongDestination[] };
  alertRecount: { change: RoutingsPage; result: WrongAlert[] };
}
type Kind = keyof Changes;
type Change<K extends Kind> = Changes[K]['change'];
type Result<K extends Kind> = Changes[K]['result'];

export interface Committed<R> {
  result: R;
  /** The jobs to add to the queues. If that fails, their leases expire and they are released again. */
  jobs: DispatchedDelivery[];
  /** Of each destination whose deliveries it could change, whether it has a backlog. */
  hasBacklog: ReadonlyMap<string, boolean>;
}

export interface Committer {
  /**
   * Commits a change of deliveries, together with their counts: all of it or nothing.
   *
   * @param options.hasRoom whether the queues may be given more; without room everything waits in Postgres
   */
  commit<K extends Kind>(
    kind: K,
    change: Change<K>,
    options: { hasRoom: boolean },
  ): Promise<Committed<Result<K>>>;
}

export type Commit = Committer['commit'];

export interface CommitterOptions {
  database: Database;
  /** For destinations that set none. */
  defaults: RetryPolicy;
  shards: number;
  /** A number from 0 up to 1, for the jitter of retries' delays and the share of first attempts. */
  random: () => number;
  /** Called with the deliveries that a change has ended without success, once it is committed. */
  onEnded?: (ended: EndedDelivery[]) => void;
  /** Called with the destinations whose circuit or limit a change has changed, once it is committed. */
  onFlows?: (flows: ChangedFlow[]) => void;
}

const APPLIERS: { [K in Kind]: (work: Work, change: Change<K>) => Promise<Result<K>> } = {
  reports: applyReports,
  resend: applyResend,
  resendBatch: applyResendBatch,
  missingBatch: applyMissingBatch,
  ends: applyEnds,
  reclaim: applyReclaim,
  release: applyRelease,
  destinationRecount: applyDestinationRecount,
  alertRecount: applyAlertRecount,
};

/** The one way to change deliveries. */
export function createCommitter({
  database,
  defaults,
  shards,
  random,
  onEnded,
  onFlows,
}: CommitterOptions): Committer {
  return {
    async commit(kind, change, { hasRoom }) {
      const committed = await inTransaction(database, async (client) => {
        const held: { ledger?: Ledger } = {};
        const open = async (destinationIds: Iterable<string>) => {
          if (held.ledger !== undefined) throw new Error('A change locks its destinations once.');
          const destinations = await lockDestinations(client, destinationIds, defaults);
          held.ledger = createLedger({ client, destinations, shards, hasRoom, random });
          return held.ledger;
        };
        const result = await APPLIERS[kind]({ client, shards, random, open }, change);
        const saved = await held.ledger?.save();
        return { result, jobs: [], ended: [], flows: [], hasBacklog: new Map(), ...saved };
      });
      const { ended, flows, ...rest } = committed;
      if (ended.length > 0) onEnded?.(ended);
      if (flows.length > 0) onFlows?.(flows);
      return rest;
    },
  };
}
