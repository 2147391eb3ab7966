import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, Server } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeProgram } from '../../infra/cli/program.ts';
import { catalogue, lookUp } from '../../shared/events/catalogue.ts';
import { parseCloudEvent } from '../../shared/events/cloud-event.ts';
import {
  type Channel,
  NotDelivered,
  PerhapsDelivered,
  type Step,
} from '../../shared/follow-ups/channels/channel.ts';
import type { AnyChannelType } from '../../shared/follow-ups/channels/channel-type.ts';
import { makeChannels } from '../../shared/follow-ups/channels/make-channels.ts';
import { webhookChannel } from '../../shared/follow-ups/channels/webhook.ts';
import type { FollowUp } from '../../shared/follow-ups/follow-up.ts';
import type { NextStep } from '../../shared/follow-ups/progress.ts';
import type { Answer } from '../../shared/follow-ups/question.ts';
import { stepOf } from '../../shared/follow-ups/step.ts';
import type { Reactions } from '../../shared/reactions/registry.ts';
import { signals } from '../../shared/signals/declared.ts';
import { deriveStatus } from '../../shared/tracking/status.ts';
import { reminders } from '../support/channels.ts';
import { runExample } from '../support/docs-example.ts';
import { silentLog } from '../support/log.ts';
import { blocks, deadLinks, inlineCode, linkedPages, pages, read } from '../support/markdown.ts';

const { scripts, engines, config } = JSON.parse(readFileSync('package.json', 'utf8'));
const sources = ['functions', 'shared', 'infra'].flatMap((directory) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|bicep|parameters\.json)$/.test(name))
    .map((name) => readFileSync(join(directory, name), 'utf8')),
);
const isInSources = (text: string) => sources.some((source) => source.includes(text));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe('the pages', () => {
  it.each(pages())('%s links to nothing that is not there', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  it('can all be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const linked of existsSync(page) ? linkedPages(page) : []) reached.add(linked);
    }
    expect(pages().filter((page) => !page.startsWith('.github') && !reached.has(page))).toEqual([]);
  });

  it('name no script that package.json lacks', () => {
    const named = pages().flatMap((page) =>
      [...read(page).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => `${page}: ${script}`),
    );
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((one) => !scripts[one.split(': ')[1] as string])).toEqual([]);
  });

  it('name no command or option that the command line lacks', () => {
    const lines = pages().flatMap((page) =>
      [...read(page).matchAll(/npm run (?:--silent )?altinn -- ([^`\n]+)/g)].map(
        ([, line]) => line as string,
      ),
    );
    expect(lines.length).toBeGreaterThan(10);
    expect([...new Set(lines)].flatMap(unknownIn)).toEqual([]);
  });

  it('name no option that nothing takes', () => {
    const options = pages().flatMap((page) =>
      inlineCode(page).flatMap((code) => /^--([a-z-]+)/.exec(code)?.[1] ?? []),
    );
    expect(
      [...new Set(options)].filter((name) => !isInSources(`--${name}`) && !isInSources(`${name}: {`)),
    ).toEqual([]);
  });

  it('name no setting that nothing reads', () => {
    const setting = /\b(?:FOLLOW_UP|ALTINN|MASKINPORTEN|RECONCILE|RECEIVER|LOCAL)_[A-Z_]+\b/g;
    const named = new Set(pages().flatMap((page) => read(page).match(setting) ?? []));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !isInSources(name))).toEqual([]);
  });

  it('show no line of the log that nothing writes', () => {
    const wrong = pages().flatMap((page) => linesOfLog(page).filter((line) => !isWritten(line)));
    expect(pages().flatMap(linesOfLog).length).toBeGreaterThan(60);
    expect(wrong).toEqual([]);
    expect(
      ['reconciled resource=a', 'event.taken', 'event.tracked kind=a', 'event.tracked via=push'].filter(
        isWritten,
      ),
    ).toEqual(['event.tracked via=push']);
  });

  it('cite no test that is not there', () => {
    const cited = pages().flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)]+\.test\.ts)\): ((?:"[^"]+"(?:, )?)+)/g)].flatMap(
        ([, to = '', titles = '']) =>
          [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({
            file: normalize(join(dirname(page), to)),
            title,
          })),
      ),
    );
    expect(cited.length).toBeGreaterThan(30);
    expect(cited.filter(({ file, title }) => !existsSync(file) || !hasTitle(read(file), title))).toEqual([]);
  });
});

describe('Node.js', () => {
  it('is checked in CI in each version that the tools and the deployment run on, by .ci/run', () => {
    const workflow = readFileSync('.github/workflows/ci.yml', 'utf8');
    const versions = /node: \[([\d, ]+)\]/.exec(workflow)?.[1]?.split(', ');
    const [oldest] = engines.node.match(/\d+/);
    expect(versions).toEqual([oldest, ...config.deploymentNode.split(' || ')]);
    expect(workflow).toContain('run: bash .ci/run');
  });
});

describe('a picture', () => {
  const node = /\w+(?:(?:\["[^"]+"\]|\[\["[^"]+"\]\]|\[\("[^"]+"\)\])?)/.source;
  const line = new RegExp(
    `^(flowchart (TD|LR)|subgraph ${node}|end|${node}( -->(\\|"[^"]+"\\|)? ${node})*)$`,
  );

  it.each(blocks('mermaid').map(({ page, text }) => [page, text]))('of %s has plain syntax', (_, text) => {
    const lines = text.split('\n').map((each) => each.trim());
    expect(lines[0]).toMatch(/^flowchart/);
    expect(lines.filter((each) => each && !line.test(each))).toEqual([]);
  });
});

describe('an example', () => {
  const only = (language: string, page: string, index = 0) => blocks(language, [page])[index]?.text as string;

  it.each(blocks('json').map(({ page, text }) => [page, text]))('of %s is JSON', (_, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('of an event is a CloudEvent of a type that is known', () => {
    const parsed = parseCloudEvent(JSON.parse(only('json', 'docs/events.md')));
    expect(parsed.ok && lookUp(parsed.event.type)?.about).toBe('correspondence');
  });

  it('of a follow-up’s body is what is posted', async () => {
    const fetched = vi.fn(async (_url: string, _init: RequestInit) => new Response());
    vi.stubGlobal('fetch', fetched);
    await webhookChannel({ url: 'https://x.example', secret, includePersons: false }).send(
      step(),
      log,
      signal,
    );
    const [, { body, headers } = {}] = fetched.mock.calls[0] ?? [];
    expect(JSON.parse(String(body))).toEqual(JSON.parse(call()));
    const shown = plain().find((text) => text.startsWith('content-type:')) as string;
    expect(shown.match(/^[\w-]+(?=:)/gm)).toEqual(Object.keys(headers ?? {}));
    expect(shown).toContain(`webhook-id: ${step().idempotencyKey}\n`);
  });

  it('of a follow-up’s body is what is said of one, in that order', () => {
    const { data, timestamp } = step();
    const { dueAt, published, resource, recipient, sendersReference } = data;
    const followUp: FollowUp = {
      ...{ kind: 'never-read', correspondenceId: letter, state: 'open', openedAt: timestamp, factAt: dueAt },
      taken: [{ key: 'recipient', channel: 'recipient', at: timestamp, failed: data.failed?.reason ?? '' }],
    };
    const answer: Answer = {
      ...{ is: 'known', question: 'details', facts: {}, needsConfirmation: false },
      ...{ dueAt, published, resource, recipient, sendersReference },
    };
    const next: NextStep = {
      step: {
        ...{ key: 'webhook', channel: 'webhook', after: { iso: 'PT0S' } },
        ...{ atAnyTime: true, nextAtOnceIfFailed: false },
      },
      ...{ number: 2, of: 3, at: new Date(timestamp) },
    };
    const policy = { linkTemplate: 'https://sak.example.no/brev/{correspondenceId}' };
    const said = stepOf(
      followUp,
      { status: deriveStatus([]), answer },
      { type: 'opening', next, checkedWithAltinn: true, policy },
    );
    expect(said.idempotencyKey).toBe(step().idempotencyKey);
    const { type, data: saidOf } = said;
    expect(JSON.stringify({ type, timestamp, data: saidOf })).toBe(JSON.stringify(JSON.parse(call())));
  });

  it('verifies a signed call and refuses another', async () => {
    let server: Server | undefined;
    const listen = Server.prototype.listen as (...given: unknown[]) => Server;
    vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
      server = this;
      return listen.call(this, 0, '127.0.0.1');
    });
    const said = vi.spyOn(console, 'log').mockImplementation(() => {});
    vi.stubEnv('FOLLOW_UP_WEBHOOK_SECRET', secret);
    await runExample(only('js', 'docs/follow-ups.md'), 'js');
    await vi.waitFor(() => expect(server?.listening).toBe(true));

    const { port } = (server as unknown as Server).address() as AddressInfo;
    const send = (secret: string) =>
      webhookChannel({ url: `http://127.0.0.1:${port}/`, secret, includePersons: false }).send(
        step(),
        log,
        signal,
      );
    try {
      await send(secret);
      const { idempotencyKey, data } = step();
      expect(said.mock.calls).toEqual([[idempotencyKey, 'follow-up.opened', data.correspondenceId]]);
      const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
      await expect(send(other)).rejects.toThrow('FOLLOW_UP_WEBHOOK_URL answered 401');
      expect(said).toHaveBeenCalledOnce();
    } finally {
      server?.close();
    }
  });

  it('of making a secret is the one that a wrong setting is answered with', () => {
    const command = plain().find((text) => text.startsWith('node -p'));
    expect(command).toContain(`'whsec_' + crypto.randomBytes(32).toString('base64')`);
    expect(isInSources(`node -p "'whsec_' + crypto.randomBytes(32).toString('base64')"`)).toBe(true);
  });

  it('of a reaction does what it says', async () => {
    const answers = [204, 404, 500].map((status) => new Response(null, { status }));
    const fetched = vi.fn(async (_url: string, _init: RequestInit) => answers.shift());
    vi.stubGlobal('fetch', fetched);
    const { ownReactions } = await runExample(only('ts', 'docs/reactions.md'));
    const react = () =>
      (ownReactions as Reactions).run(
        { ...event, type: 'no.altinn.correspondence.correspondencereceiverread' },
        { idempotencyKey: 'a-key', via: 'push', log, signal },
      );
    await react();
    expect(fetched.mock.calls[0]).toMatchObject([
      `https://case-system.example.no/letters/${letter}/read`,
      { method: 'PUT', headers: { 'idempotency-key': 'a-key' } },
    ]);
    await expect(react()).rejects.toMatchObject({ name: 'NonRetryableError' });
    await expect(react()).rejects.toThrow('the case system answered 500');
  });

  it('of a fallback is told of a type that nobody reacts to', async () => {
    const warned = vi.fn();
    const { ownReactions } = await runExample(only('ts', 'docs/reactions.md', 1));
    const run = (type: string) =>
      (ownReactions as Reactions).run(
        { ...event, type },
        { idempotencyKey: 'a-key', via: 'push', log: { ...log, warn: warned }, signal },
      );
    await run('no.altinn.correspondence.correspondencepublished');
    await run('no.altinn.correspondence.something');
    expect(warned.mock.calls).toEqual([
      ['a type that nobody reacts to', { type: 'no.altinn.correspondence.something' }],
    ]);
  });

  it('of a row of the catalogue is one that could be added', async () => {
    const text = only('ts', 'CONTRIBUTING.md');
    const { rows } = (await runExample(`export const rows = {\n${text}};`)) as {
      rows: Record<string, Record<string, unknown>>;
    };
    const [[name, row]] = Object.entries(rows) as [[string, Record<string, unknown>]];
    const all = Object.values(catalogue) as Record<string, unknown>[];
    const known = (column: string) => new Set(all.map((one) => one[column]));
    expect(catalogue).not.toHaveProperty(name);
    expect(Object.keys(row)).toEqual(['means', 'about', 'subject', 'fact']);
    expect(known('about').has(row.about) && known('subject').has(row.subject)).toBe(true);
    expect(known('fact').has(row.fact)).toBe(false);
  });

  it('of a channel sends, and says when it certainly did not', async () => {
    const answers = [() => new Response(), () => new Response(null, { status: 500 }), () => refused()];
    const fetched = vi.fn(async (_url: string, _init: RequestInit) => answers.shift()?.());
    vi.stubGlobal('fetch', fetched);
    const { chat } = await runExample(only('ts', 'CONTRIBUTING.md', 1));
    const type = chat as AnyChannelType;
    const policy = new Map([['x', { name: 'x', type: 'chat', options: { mention: '@team' } }]]);
    const environment = { CHANNEL_X_URL: 'https://chat.example/hook' };
    const deps = { webhook: undefined, reminders, storage: undefined, types: [type] };
    const { send } = makeChannels(policy, environment, deps).get('x') as Channel;
    await send(step(), log, signal);
    const text = `@team follow-up.opened: never-read of letter ${letter}`;
    const body = JSON.stringify({ id: step().idempotencyKey, text });
    expect(fetched.mock.calls[0]).toMatchObject(['https://chat.example/hook', { body }]);
    await expect(send(step(), log, signal)).rejects.toBeInstanceOf(PerhapsDelivered);
    const sent = send(step(), log, signal);
    await expect(sent).rejects.toBeInstanceOf(NotDelivered);
    await expect(sent).rejects.toThrow('CHANNEL_X_URL could not be reached (ECONNREFUSED)');
  });
});

const letter = 'da4ceacc-ad44-4e54-99b6-b58e3c13c785';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const log = silentLog;
const { signal } = new AbortController();
const event = { specversion: '1.0', id: '1', source: 'x', resourceinstance: letter } as const;

const plain = () => blocks('', ['docs/follow-ups.md']).map(({ text }) => text);

/** The body that docs/follow-ups.md shows. */
function call(): string {
  const shown = blocks('json', ['docs/follow-ups.md']).find(({ text }) =>
    text.includes('"type": "follow-up.'),
  );
  return shown?.text as string;
}

/** The step that docs/follow-ups.md shows as it is posted. */
function step(): Step {
  const { type, timestamp, data } = JSON.parse(call());
  return { type, timestamp, data, idempotencyKey: `${data.followUpId}-1-webhook` };
}

function refused(): never {
  throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
}

const kinds = new Set<string | undefined>(Object.keys(signals).map((name) => name.split('.')[0]));

/** A type of message to channels, and no signal. */
const repeated: Step['type'] = 'follow-up.repeated';

/** What begins as a line of the log does: a name and then `field=value`, or a name of a signal's kind. */
function linesOfLog(page: string): string[] {
  const lines = [...blocks('', [page]).flatMap(({ text }) => text.split('\n')), ...inlineCode(page)];
  return lines.filter(
    (line) =>
      /^(?!name )[a-z][a-z.-]+ (… )?[a-z]\w*=/.test(line) ||
      (kinds.has(/^[a-z-]+(?=\.[a-z-]+$)/.exec(line)?.[0]) && line !== repeated),
  );
}

function isWritten(line: string): boolean {
  const [name = ''] = line.split(' ');
  const signal = Object.hasOwn(signals, name) ? signals[name as keyof typeof signals] : undefined;
  const known = Object.keys(signal?.fields ?? {}).map((field) => field.replace('?', ''));
  const fields = [...line.matchAll(/ ([a-z]\w*)=/g)].map(([, field = '']) => field);
  return signal !== undefined && fields.every((field) => known.includes(field));
}

/** Whether that stands in the title of a test, or of what is around some. */
function hasTitle(source: string, title: string): boolean {
  const wanted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:\\b(?:it|describe)|\\])\\)?\\(\\s*['"\`][^\n]*${wanted}`).test(source);
}

/** The first command or option of a line that the command line does not have. */
function unknownIn(line: string): string[] {
  let command: Command = makeProgram();
  for (const word of line.split(' #')[0]?.match(/'[^']*'|\S+/g) ?? []) {
    const below = command.commands.find((each) => each.name() === word);
    const isKnown = word.startsWith('--')
      ? word === '--help' || command.options.some(({ long }) => long === word)
      : below || command.commands.length === 0;
    if (!isKnown) return [`${command.name()} has no ${word}: ${line}`];
    command = (below as Command | undefined) ?? command;
  }
  return [];
}
