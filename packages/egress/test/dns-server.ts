import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';

/** What a name is answered: addresses (one family's may be missing), `unknown`, a failure, or nothing at all. */
export type DnsAnswer = string[] | 'unknown' | 'failure' | 'silence';

export interface DnsServer {
  /** `ip:port` */
  address: string;
  /** `<name> <A|AAAA>` of each question, in order. */
  asked: string[];
  close(): Promise<void>;
}

const TYPES: Record<number, string> = { 1: 'A', 28: 'AAAA' };

/** A DNS server on the loopback that answers by a script. What it left unanswered it refuses when it is closed. */
export async function startDnsServer(script: (name: string, type: string) => DnsAnswer): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  const unanswered: (() => Promise<void>)[] = [];
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    const { name, type, end } = readQuestion(message);
    asked.push(`${name} ${type}`);
    const answer = script(name, type);
    const reply = (content: DnsAnswer) =>
      new Promise<void>((sent) => {
        socket.send(answerTo(message.subarray(0, end), type, content), from.port, from.address, () => sent());
      });
    if (answer === 'silence') unanswered.push(() => reply('failure'));
    else void reply(answer);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async close() {
      await Promise.all(unanswered.map((refuse) => refuse()));
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readQuestion(message: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), type: TYPES[message.readUInt16BE(at + 1)] ?? '', end: at + 5 };
}

/** RFC 1035, 4.1: the question is repeated, each record's name points to it. */
function answerTo(question: Buffer, type: string, answer: DnsAnswer): Buffer {
  const records = Array.isArray(answer) ? answer.filter((ip) => ip.includes(':') === (type === 'AAAA')) : [];
  const head = Buffer.from(question);
  const code = answer === 'unknown' ? 3 : answer === 'failure' ? 2 : 0;
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  return Buffer.concat([head, ...records.map((ip) => recordOf(ip))]);
}

function recordOf(ip: string): Buffer {
  const isV6 = ip.includes(':');
  const data = isV6 ? bytesOfV6(ip) : Buffer.from(ip.split('.').map(Number));
  const head = Buffer.from([0xc0, 0x0c, 0, isV6 ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([head, data]);
}

/** Of an address with one `::` at most. */
function bytesOfV6(ip: string): Buffer {
  const [before = '', after = ''] = ip.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(before), groups(after)];
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
