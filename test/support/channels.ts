import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Channel, Digest, Step, StepData } from '../../shared/follow-ups/channels/channel.ts';
import { makeChannels } from '../../shared/follow-ups/channels/make-channels.ts';
import { silentLog } from './log.ts';

export const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
export const person = '13845678914';

/** A step about a letter of a person. */
export function stepOf(data: Partial<StepData> = {}, type: Step['type'] = 'follow-up.opened'): Step {
  const closed = type === 'follow-up.closed';
  return {
    type,
    idempotencyKey: `never-read-${letter}-${closed ? 'closed' : 'opened'}`,
    timestamp: '2026-08-20T06:05:00.000Z',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data: {
      followUpId: `never-read-${letter}`,
      kind: 'never-read',
      about: 'correspondence',
      correspondenceId: letter,
      resource: 'urn:altinn:resource:brev-fra-etaten',
      sendersReference: '2026/1234-5',
      recipient: `urn:altinn:person:identifier-no:${person}`,
      since: '2026-08-19T06:00:03.4817266Z',
      dueAt: '2026-08-19T06:00:00Z',
      status: 'neverRead',
      link: `https://sak.example.no/brev/${letter}`,
      ...data,
    },
  };
}

/** The id of the nth letter. */
export const letterAt = (n: number) => `${letter.slice(0, -4)}${String(n).padStart(4, '0')}`;

/** A digest of so many letters. */
export function digestOf(count: number, data: (n: number) => Partial<StepData> = () => ({})): Digest {
  return {
    idempotencyKey: 'digest-case-team-20260820T060500Z-1',
    type: 'follow-ups.opened',
    timestamp: '2026-08-20T06:05:00.000Z',
    items: Array.from(
      { length: count },
      (_, n) => stepOf({ correspondenceId: letterAt(n), link: undefined as never, ...data(n) }).data,
    ),
    part: 2,
    parts: 3,
  };
}

/** Texts that do harm to who takes them for more than text. */
export const hostile = {
  html: `<script>alert(1)</script><img src=x onerror="x">'"&amp;`,
  markdown: '[Logg inn](https://evil.example) ![x](https://evil.example/x.png) **fet** `kode` # x',
  mentions: '<!channel> <!here> <@U123> <https://evil.example|Altinn> &lt;!everyone&gt; :tada:',
  lines: 'a\r\nBcc: evil@evil.example\r\n\r\n<b>b</b>\n.\r\nQUIT\r\n',
  directions: '\u202etxt.exe\u2066 \u200b\ufeff\u0000\u001b[31m',
  emoji: '👩‍👩‍👧‍👦🇳🇴 blåbærsyltetøy \ud83d',
  long: 'å'.repeat(10_000),
  person: `sak ${person.slice(0, 6)} ${person.slice(6)} og ${person.slice(0, 4)}\u200b${person.slice(4)}`,
};

/** For where none is ordered. */
export const reminders = { whyNot: 'none here' };

/** A channel of a policy. @param environment of its settings, without `CHANNEL_X_` */
export function channelOf(
  type: string,
  environment: Readonly<Record<string, string>>,
  { ca, ...options }: { ca?: string; language?: string; includePersons?: boolean } = {},
): Channel & Required<Pick<Channel, 'sendDigest'>> {
  const channels = makeChannels(
    new Map([['x', { name: 'x', type, options }]]),
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [`CHANNEL_X_${name}`, value])),
    { webhook: undefined, reminders, storage: { connectionString: 'UseDevelopmentStorage=true' }, ca },
  );
  return channels.get('x') as ReturnType<typeof channelOf>;
}

export const { signal } = new AbortController();
export const send = (channel: Channel, step: Step = stepOf(), aborted = signal) =>
  channel.send(step, silentLog, aborted);

/** What was thrown. */
export async function failure(
  sent: Promise<unknown>,
): Promise<Error & { permanent?: boolean; retryAfterMs?: number }> {
  return sent.then(
    () => {
      throw new Error('it was delivered');
    },
    (error: Error) => error,
  );
}

/** A port of this machine where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP receiver on a free port, for the time of a test. */
export async function receiver(answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cr3t?sig=s3cr3t`,
  };
}
