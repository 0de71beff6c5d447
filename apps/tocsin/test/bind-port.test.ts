import { expect, test } from '@jest/globals';
import { bindPort } from '../src/up/bind-port.ts';
import { UsageError } from '../src/usage-error.ts';

const NOTHING = () => undefined;

test('a port that is taken is refused, and another one named', async () => {
  const bound = await bindPort(NOTHING, { port: 0, host: '127.0.0.1' });
  const again = bindPort(NOTHING, { port: bound.port, host: '127.0.0.1' });
  await expect(again).rejects.toThrow(UsageError);
  await expect(again).rejects.toThrow(
    /is taken by another process\. Choose another: `npm start -- --port \d+`/,
  );
  await bound.close();
});
