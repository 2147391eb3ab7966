import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NotDelivered, PerhapsDelivered } from '../../../../shared/follow-ups/channels/channel.ts';
import { selfSigned } from '../../../support/certificate.ts';
import {
  channelOf,
  closedPort,
  digestOf,
  failure,
  hostile,
  letter,
  letterAt,
  person,
  send,
  signal,
  stepOf,
} from '../../../support/channels.ts';
import { silentLog } from '../../../support/log.ts';

const from = 'follow-ups@etaten.example';
const to = ['team@etaten.example', 'arkiv@etaten.example'];

interface Received {
  readonly to: readonly string[];
  readonly from: string;
  readonly secure: boolean;
  readonly user: unknown;
  readonly message: string;
}

/** A mail server on a free port, for the time of a test. */
async function mailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: options.key ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    onData(stream, { envelope, secure, user }, done) {
      text(stream).then((message) => {
        const { mailFrom, rcptTo } = envelope;
        const address = (one: unknown) => (one as { address: string }).address;
        received.push({
          from: address(mailFrom),
          to: rcptTo.map(address),
          secure: Boolean(secure),
          user,
          message,
        });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { received, port: (server.server.address() as AddressInfo).port };
}

const channelTo = (
  port: number,
  more: Record<string, string> = {},
  options: Parameters<typeof channelOf>[2] = {},
) =>
  channelOf(
    'email',
    { HOST: 'localhost', PORT: String(port), FROM: from, TO: to.join(', '), ...more },
    options,
  );

const answering = (responseCode: number, message = `5.7.1 <team@etaten.example> is ${person}`) =>
  Object.assign(new Error(message), { responseCode });

/** The headers, unfolded, and each part of the body, decoded. */
function parsed(message: string) {
  const [head = '', ...rest] = message.split('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const body = rest.join('\r\n\r\n');
  const parts = body.split(/\r\n--[^\r\n]+/).flatMap((part) => {
    const [about = '', ...content] = part.split('\r\n\r\n');
    const [, encoding = ''] = /transfer-encoding: (\S+)/i.exec(about) ?? [];
    const [, type] = /content-type: ([^;\s]+)/i.exec(about) ?? [];
    return type ? [{ type, text: decode(content.join('\r\n\r\n'), encoding) }] : [];
  });
  const headerOf = (name: string) =>
    headers
      .filter((line) => line.toLowerCase().startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2));
  const textOf = (type: string) => parts.find((part) => part.type === type)?.text.trim() ?? '';
  return { headers, headerOf, plain: textOf('text/plain'), html: textOf('text/html') };
}
function decode(content: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString();
  if (encoding !== 'quoted-printable') return content;
  const bytes = content
    .replace(/=\r\n/g, '')
    .replace(/=([\dA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
/** Source: RFC 2047. */
const decodeWords = (value: string) =>
  value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, how, word) =>
      /b/i.test(how)
        ? Buffer.from(word, 'base64').toString()
        : decode(word.replaceAll('_', ' '), 'quoted-printable'),
    );

describe('an e-mail about a step', () => {
  it('names the letter, in plain text and in HTML, and can be recognised when it comes again', async () => {
    const { received, port } = await mailServer();
    expect(await send(channelTo(port))).toBe('250');
    await send(channelTo(port));
    expect(received).toHaveLength(2);
    expect(received[0]).toMatchObject({ from, to });
    const [{ headers, headerOf, plain, html }, second] = received.map(({ message }) => parsed(message)) as [
      ReturnType<typeof parsed>,
      ReturnType<typeof parsed>,
    ];
    expect(decodeWords(headerOf('subject')[0] ?? '')).toBe('Brevet er ikke lest innen fristen: 2026/1234-5');
    expect(headerOf('message-id')).toEqual([`<never-read-${letter}-opened@etaten.example>`]);
    expect(second.headerOf('message-id')).toEqual(headerOf('message-id'));
    expect(headerOf('references')).toEqual([`<never-read-${letter}@etaten.example>`]);
    expect(headerOf('auto-submitted')).toEqual(['auto-generated']);
    expect(headerOf('to')).toEqual([to.join(', ')]);
    expect(headers.join('\n')).not.toContain(person);
    for (const text of [plain, html]) {
      for (const part of [
        letter,
        '2026/1234-5',
        'brev-fra-etaten',
        `https://sak.example.no/brev/${letter}`,
        '19. august 2026',
      ]) {
        expect(text).toContain(part);
      }
      expect(text).not.toContain(person);
    }
  });

  it.each([
    ['nb', 'Avklart: Brevet er ikke lest innen fristen', 'Brevet er lest.', '2. gang'],
    ['nn', 'Avklart: Brevet er ikkje lese innan fristen', 'Brevet er lese.', '2. gong'],
    ['en', 'Settled: The letter was not read by its due date', 'The letter is read.', 'No. 2'],
  ])('is written in %s', async (language, ...said) => {
    const { received, port } = await mailServer();
    await send(
      channelTo(port, {}, { language }),
      stepOf({ reason: 'read', status: 'read', round: 2 }, 'follow-up.closed'),
    );
    const { plain } = parsed(received[0]?.message ?? '');
    for (const text of said) expect(plain).toContain(text);
  });

  it.each(Object.entries(hostile))('takes %s for text', async (_name, text) => {
    const { received, port } = await mailServer();
    const data = {
      sendersReference: text,
      resource: text,
      link: `https://sak.example.no/?r=${text}`,
      failed: { channel: text, reason: text },
    };
    await send(channelTo(port), stepOf(data));
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(to);
    const { headers, headerOf, plain, html } = parsed(received[0]?.message ?? '');
    const names = headers.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).sort();
    expect(names).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'references',
      'subject',
      'to',
      'x-auto-response-suppress',
    ]);
    expect(decodeWords(headerOf('subject')[0] ?? '').length).toBeLessThan(400);
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag));
    expect(
      [...tags].filter(
        (tag) =>
          !'html head meta title body h1 p strong table tr th td a small'.split(' ').includes(tag as string),
      ),
    ).toEqual([]);
    expect(
      [...html.matchAll(/\shref="([^"]*)"/g)].every(([, url]) => url?.startsWith('https://sak.example.no/')),
    ).toBe(true);
    expect(html).not.toMatch(/\son\w+="/);
    for (const one of [plain, html]) {
      expect(one).not.toContain(person);
      expect(one.replace(/[\r\n]/g, '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    }
  });
});

describe('an e-mail about many', () => {
  it('names each of as many as it says', async () => {
    const { received, port } = await mailServer({ size: 5_000_000 });
    const channel = channelTo(port);
    const { maxItems = 0 } = channel;
    const digest = digestOf(maxItems, () => ({
      sendersReference: hostile.long,
      link: `https://sak.example.no/${'x'.repeat(450)}`,
    }));
    await channel.sendDigest(digest, silentLog, signal);
    const { plain, html, headerOf } = parsed(received[0]?.message ?? '');
    expect(maxItems).toBeGreaterThanOrEqual(500);
    expect(decodeWords(headerOf('subject')[0] ?? '')).toBe(
      `${maxItems} saker trenger oppfølging (del 2 av 3)`,
    );
    for (let n = 0; n < maxItems; n++) {
      expect(plain).toContain(letterAt(n));
      expect(html).toContain(letterAt(n));
    }
  });
});

describe('encryption', () => {
  it('goes over STARTTLS, and logs in there', async () => {
    const { key, cert } = selfSigned();
    const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _session, done) =>
      done(null, { user: `${username}:${password}` });
    const { received, port } = await mailServer({
      key,
      cert,
      onAuth,
      authOptional: false,
      allowInsecureAuth: false,
    });
    const login = { TLS: 'starttls', USER: 'follow-ups', PASSWORD: 'p4ss w0rd' };
    await send(channelTo(port, login, { ca: cert }));
    expect(received[0]).toMatchObject({ secure: true, user: 'follow-ups:p4ss w0rd' });
  });

  it('goes over TLS from the first byte', async () => {
    const { key, cert } = selfSigned();
    const { received, port } = await mailServer({ key, cert, secure: true });
    await send(channelTo(port, { TLS: 'implicit' }, { ca: cert }));
    expect(received[0]).toMatchObject({ secure: true });
  });

  it('says nothing where the certificate is nobody’s, or there is no STARTTLS', async () => {
    const { key, cert } = selfSigned();
    const unknown = await mailServer({ key, cert });
    const without = await mailServer();
    for (const { port, received } of [unknown, without]) {
      const error = await failure(send(channelTo(port, { TLS: 'starttls', USER: 'u', PASSWORD: 'p4ss' })));
      expect(error).toBeInstanceOf(NotDelivered);
      expect(error.message).not.toContain('p4ss');
      expect(received).toEqual([]);
    }
  });
});

describe('what a server answers', () => {
  it.each([
    ['the sender', 'onMailFrom'],
    ['every address', 'onRcptTo'],
  ] as const)('refuses %s: for now by 4xx, for good by 5xx', async (_what, when) => {
    for (const [code, permanent] of [
      [451, false],
      [550, true],
    ] as const) {
      const { port, received } = await mailServer({
        [when]: (_address: unknown, _session: unknown, done: (e: Error) => void) => done(answering(code)),
      });
      const error = await failure(send(channelTo(port, {}, { includePersons: true })));
      expect(error).toBeInstanceOf(NotDelivered);
      expect(error.permanent).toBe(permanent);
      expect(error.message).toMatch(
        new RegExp(
          `^the server of CHANNEL_X_HOST answered ${code}( \\d\\.\\d\\.\\d)? to (MAIL FROM|RCPT TO)$`,
        ),
      );
      expect(received).toEqual([]);
    }
  });

  it.each([
    [452, false],
    [554, true],
  ])('refuses the message by %i', async (code, permanent) => {
    const { port } = await mailServer({
      onData: (stream, _session, done) => {
        stream.resume();
        stream.on('end', () => done(answering(code)));
      },
    });
    const error = await failure(send(channelTo(port)));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error.permanent).toBe(permanent);
    expect(error.message).not.toMatch(/team@|etaten|13845678914/);
  });

  it.each([
    [535, true],
    [454, false],
  ])('refuses to let us in by %i', async (code, permanent) => {
    const { port } = await mailServer({
      authOptional: false,
      onAuth: (_auth, _session, done) => done(answering(code, 'no such user')),
    });
    const error = await failure(send(channelTo(port, { USER: 'who', PASSWORD: 's3cr3t' })));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error.permanent).toBe(permanent);
    expect(error.message).not.toMatch(/s3cr3t|who/);
    expect(error.message).toContain(String(code));
  });

  it('takes it for one address alone: it is delivered, and says so', async () => {
    const { port, received } = await mailServer({
      onRcptTo: ({ address }, _session, done) => done(address === to[0] ? answering(550) : undefined),
    });
    expect(await send(channelTo(port))).toBe('250; 1 of 2 addresses refused');
    expect(received[0]?.to).toEqual([to[1]]);
  });

  it('is not there: nobody was told', async () => {
    const error = await failure(send(channelTo(await closedPort())));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error).toMatchObject({ permanent: false });
    expect(error.message).toBe('the server of CHANNEL_X_HOST did not take the message (ECONNREFUSED)');
  });

  it('says nothing at all, or nothing after DATA, which are not the same', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const silentPort = (silent.address() as AddressInfo).port;
    expect(await failure(send(channelTo(silentPort), stepOf(), AbortSignal.timeout(200)))).toBeInstanceOf(
      NotDelivered,
    );
    let arrived: () => void = () => {};
    const inHand = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const hanging = await mailServer({
      closeTimeout: 100,
      onData: (stream) => {
        stream.resume();
        stream.on('end', () => arrived());
      },
    });
    const given = new AbortController();
    const sent = failure(send(channelTo(hanging.port), stepOf(), given.signal));
    await inHand;
    given.abort();
    expect(await sent).toBeInstanceOf(PerhapsDelivered);
  });

  it('breaks off before DATA, or after it, which are not the same', async () => {
    const sockets: Socket[] = [];
    const server = async (options: SMTPServerOptions) => {
      const made = await mailServer({
        onConnect: (_session, done) => done(),
        ...options,
      });
      return made.port;
    };
    const before = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(before, 'listening');
    onTestFinished(() => void before.close());
    expect(await failure(send(channelTo((before.address() as AddressInfo).port)))).toBeInstanceOf(
      NotDelivered,
    );
    const relay = await server({
      closeTimeout: 100,
      onData: (stream) => {
        stream.resume();
        stream.on('end', () => {
          for (const socket of sockets) socket.destroy();
        });
      },
    });
    const between = createServer((socket) => {
      const other = new (socket.constructor as typeof Socket)().connect(relay, '127.0.0.1');
      socket.on('error', () => {});
      other.on('error', () => {});
      socket.pipe(other).pipe(socket);
      sockets.push(socket, other);
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    onTestFinished(() => void between.close());
    expect(await failure(send(channelTo((between.address() as AddressInfo).port)))).toBeInstanceOf(
      PerhapsDelivered,
    );
  });
});
