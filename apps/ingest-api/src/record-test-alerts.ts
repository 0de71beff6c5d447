import { TEST_ALERT_ID } from '@tocsin/contract';
import { createFailureLog } from '@tocsin/outage';
import { type Database, isDatabaseUnavailable, recordChange } from '@tocsin/store';
import type { Logger } from 'pino';

/** Whose key sent them. */
export interface Sender {
  keyId: string;
  keyName: string;
}

export interface TestAlertRecorder {
  /**
   * Notes test alerts in the audit log: at once where the key has sent none for a minute, otherwise counted, and written
   * with the next entry. So no key writes more than one entry a minute, and every test alert is in one: what could not be
   * written is counted on, and written with the next. Never rejects.
   */
  record(sender: Sender, alerts: number): Promise<void>;
  /** Writes what is counted and not written yet. */
  close(): Promise<void>;
}

const INTERVAL_MS = 60_000;

interface Counted {
  sender: Sender;
  alerts: number;
  timer: NodeJS.Timeout | undefined;
}

/** Calls back when an interval is over; keeps no process alive. */
type StartInterval = (over: () => void) => NodeJS.Timeout | undefined;

const startMinute: StartInterval = (over) => setTimeout(over, INTERVAL_MS).unref();

export function createTestAlertRecorder(
  { database, log }: { database: Database; log: Logger },
  { startInterval = startMinute }: { startInterval?: StartInterval } = {},
): TestAlertRecorder {
  /** By key: what came since its last entry, until the interval is over. */
  const open = new Map<string, Counted>();

  const failures = createFailureLog({
    failing: { event: 'test_alert.record_failed', message: 'could not record test alerts in the audit log' },
    working: {
      event: 'test_alert.record_resumed',
      message: 'test alerts are recorded in the audit log again',
    },
    isKnown: isDatabaseUnavailable,
    log,
  });

  async function write(actor: Sender, alerts: number): Promise<void> {
    try {
      await recordChange(database.pool, {
        actor,
        action: 'alert.test_received',
        subject: `alert/${TEST_ALERT_ID}`,
        detail: { alerts },
      });
      failures.succeeded();
    } catch (error) {
      failures.failed(error);
      // The next interval may be over already.
      const next = open.get(actor.keyId) ?? begin(actor);
      next.alerts += alerts;
    }
  }

  function begin(sender: Sender): Counted {
    const timer = startInterval(() => void end(sender.keyId));
    const counted = { sender, alerts: 0, timer };
    open.set(sender.keyId, counted);
    return counted;
  }

  async function end(keyId: string): Promise<void> {
    const counted = open.get(keyId);
    if (counted === undefined) return;
    clearTimeout(counted.timer);
    open.delete(keyId);
    if (counted.alerts === 0) return;
    begin(counted.sender);
    await write(counted.sender, counted.alerts);
  }

  return {
    async record(sender, alerts) {
      const counted = open.get(sender.keyId);
      if (counted !== undefined) {
        counted.alerts += alerts;
        return;
      }
      begin(sender);
      await write(sender, alerts);
    },
    async close() {
      await Promise.all([...open.keys()].map(end));
      for (const { timer } of open.values()) clearTimeout(timer);
      open.clear();
    },
  };
}
