import { afterEach, describe, expect, test } from '@jest/globals';
import { createEgressPolicy, type EgressPolicy, parseCidrList } from '../src/index.ts';
import { attempt, scriptedResolver } from './attempt.ts';
import { createOpened } from './opened.ts';
import { startRawServer } from './recording-server.ts';

const loopbackAllowed = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8,::1') });
const BLOCKED = { code: 'egress_blocked', name: 'EgressBlockedError' };

const { start, agentsFor, closeAll } = createOpened();
afterEach(closeAll);

describe('the peer, once connected', () => {
  /** Allows the first answer about a host and refuses every later one: as if the answer had been bent between. */
  function changingItsMind(): EgressPolicy {
    let answers = 0;
    return {
      ...loopbackAllowed,
      judgeAnswer: (host, ips) => {
        answers += 1;
        return answers === 1
          ? loopbackAllowed.judgeAnswer(host, ips)
          : { allowed: false, reason: 'not any more' };
      },
    };
  }

  test.each(['http', 'https'])(
    'is judged again over %s, and gets not a byte if it is forbidden',
    async (scheme) => {
      const server = await start(startRawServer);
      const { resolve } = scriptedResolver(['127.0.0.1']);
      const agents = agentsFor({ policy: changingItsMind(), lookup: resolve });
      const result = await attempt(`${scheme}://hooks.example.com:${server.port}/`, agents);
      expect(result.error).toMatchObject({ ...BLOCKED, addresses: ['127.0.0.1'] });
      expect(result.connects).toBe(1);
      // Ends once the server has seen the connection end, so nothing can still be under way.
      await server.close();
      expect(server.received).toEqual([]);
    },
  );

  test('of a literal host is judged too', async () => {
    const server = await start(startRawServer);
    const agents = agentsFor({
      policy: { ...loopbackAllowed, judgeAnswer: () => ({ allowed: false, reason: 'not any more' }) },
    });
    const result = await attempt(`http://127.0.0.1:${server.port}/`, agents);
    expect(result.error).toMatchObject({ ...BLOCKED, reason: 'not any more' });
  });
});
