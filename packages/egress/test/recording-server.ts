import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

/** A self-signed certificate for `hooks.example.com` and 127.0.0.1, valid until 2125, and its key. */
export const receiverCertificate = fixture('receiver-certificate.pem');
const receiverKey = fixture('receiver-key.pem');

/** A server on a free loopback port that remembers what reached it. */
export interface RecordingServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Settles when the first connection has been accepted. */
  readonly connected: Promise<void>;
  /** Host headers of the requests answered, or for a raw server the bytes received. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function startHttpServer(host = '127.0.0.1'): Promise<RecordingServer> {
  const received: string[] = [];
  const server = http.createServer((request, response) => {
    received.push(request.headers.host ?? '');
    response.end('ok');
  });
  return listen(server, received, host);
}

export async function startHttpsServer(): Promise<RecordingServer> {
  const received: string[] = [];
  const server = https.createServer({ key: receiverKey, cert: receiverCertificate }, (request, response) => {
    received.push(request.headers.host ?? '');
    response.end('ok');
  });
  return listen(server, received, '127.0.0.1');
}

/** Accepts connections, records every byte, and answers with the given bytes or not at all. */
export async function startRawServer(answer?: string): Promise<RecordingServer> {
  const received: string[] = [];
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      received.push(bytes.toString('latin1'));
      if (answer !== undefined) socket.write(answer);
    });
    socket.on('error', () => {});
  });
  return listen(server, received, '127.0.0.1');
}

async function listen(server: Server, received: string[], host: string): Promise<RecordingServer> {
  let connections = 0;
  const connected = new Promise<void>((resolve) => {
    server.on('connection', () => {
      connections += 1;
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    connected,
    received,
    // Ends only once every connection has ended, so a socket left open fails the test by its time limit.
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
