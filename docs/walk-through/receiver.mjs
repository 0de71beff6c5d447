import { createServer } from 'node:http';

const { HOST = '127.0.0.1', PORT = '8081' } = process.env;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const alert = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    process.stdout.write(`${alert.severity} ${alert.title} (webhook-id ${request.headers['webhook-id']})\n`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"received":true}');
  } catch {
    response.writeHead(400).end();
  }
});
server.listen(Number(PORT), HOST, () => process.stdout.write(`Listening on http://${HOST}:${PORT}/\n`));
