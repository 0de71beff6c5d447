/** Express that answers 202 to each POST, once its body is parsed. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.use(express.json());
app.post('/v1/alerts', (_request, response) => {
  response.status(202).json({ accepted: 1 });
});
const server = app.listen(0, '127.0.0.1', () =>
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`),
);
