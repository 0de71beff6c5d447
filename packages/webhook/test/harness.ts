import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { type AttemptResult, attemptResultSchema } from '@tocsin/contract';
import { createEgressPolicy, createGuardedAgents, parseCidrList, type ResolveAll } from '@tocsin/egress';
import { PATIENCE_MS, type Receiver, waitFor } from '@tocsin/testkit';
import { createWebhookSender, type WebhookRequest, type WebhookSenderOptions } from '../src/index.ts';

export const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
export const OLD_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

type Closable = Pick<Receiver, 'openConnections' | 'close'>;

const policy = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8,::1,192.0.2.0/24') });

/** A sender that may reach loopback, and receivers; all of it checked for leaks and closed at the end of a test. */
export function openHarness(options: { ca?: string; lookup?: ResolveAll } = {}) {
  const agents = createGuardedAgents({ policy, ...options });
  const receivers: Closable[] = [];
  const faults: unknown[] = [];
  const log = {
    error: ({ err, ...fields }: Record<string, unknown>, message: string) =>
      faults.push({ ...fields, err: inspect(err), message }),
  };

  return {
    agents,
    /** What was logged. */
    faults,
    createSender: (options: Partial<WebhookSenderOptions> = {}) =>
      createWebhookSender({ agents, userAgent: 'Tocsin/0.0.0', log, ...options }),
    /** Sends with everything of no interest filled in, and checks the result against the contract. */
    async send(url: string, request: Partial<WebhookRequest> = {}): Promise<AttemptResult> {
      const filled = {
        url,
        headers: [],
        body: '{}',
        webhookId: 'delivery-1',
        signingSecrets: [],
        // What shall come comes, however busy the machine; what comes by no more than this deadline fails its test.
        timeoutMs: 10 * PATIENCE_MS,
      };
      return attemptResultSchema.strict().parse(await this.createSender().send({ ...filled, ...request }));
    },
    use<R extends Closable>(receiver: R): R {
      receivers.push(receiver);
      return receiver;
    },
    socketsInUse: () => count(agents.http.sockets) + count(agents.https.sockets),
    idleSockets: () => count(agents.http.freeSockets) + count(agents.https.freeSockets),
    /** Fails where a socket is still in use, or where closing the idle ones leaves a receiver with a connection. */
    async close(): Promise<void> {
      await waitFor(() => this.socketsInUse() === 0, { describe: 'every socket to be returned or closed' });
      agents.close();
      await waitFor(() => receivers.every((receiver) => receiver.openConnections() === 0), {
        describe: 'every receiver to see its connections closed',
      });
      for (const receiver of receivers) await receiver.close();
    },
  };
}

export type ResendHarness = ReturnType<typeof openHarness>;

function count(pools: NodeJS.ReadOnlyDict<Socket[]>): number {
  return Object.values(pools).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0);
}
