import { TableClient } from '@azure/data-tables';
import { exportJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { makeEvents } from '../../../shared/altinn/api/events.ts';
import { makePlatform } from '../../../shared/altinn/api/platform.ts';
import { makeTokens } from '../../../shared/altinn/auth/tokens.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../../shared/reconcile/checkpoints.ts';
import { type Options, type ReconcileDeps, reconcile } from '../../../shared/reconcile/reconcile.ts';
import { readAltinnSettings } from '../../../shared/settings/altinn.ts';
import { Table } from '../../../shared/storage/table.ts';
import { type EventMessage, eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { logInto } from '../../support/log.ts';
import { resource, startTestAltinn } from '../../support/simulator.ts';

// Against the simulated Altinn over real HTTP, with checkpoints in real tables. What is put on the queue is tracked at
// once, so that a later run finds it.
const connectionString = inject('storage').reconcile as string;
const open = (name: string) =>
  new Table(TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true }));
const deadLetters = new DeadLetters(open('deadletters'));

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let lines: string[];
let enqueued: string[];
let table = 0;
let timeline: Timeline;
let run: (options?: Options & Partial<ReconcileDeps>) => ReturnType<typeof reconcile>;

beforeEach(async () => {
  altinn = await startTestAltinn();
  // The simulated Altinn's ids are the same each time.
  timeline = new Timeline(open(`timeline${++table}`));
  lines = [];
  enqueued = [];
  const { client, url, maskinportenUrl, simulator } = altinn;
  const settings = readAltinnSettings({
    ALTINN_ENVIRONMENT: url,
    MASKINPORTEN_URL: maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: client.clientId,
    MASKINPORTEN_KEY: JSON.stringify({ ...(await exportJWK(client.privateKey)), kid: client.publicJwk.kid }),
  });
  if (!settings) throw new Error('no settings');
  const { environment } = settings;
  const platform = makePlatform({ environment, tokens: makeTokens(settings), sleep: async () => {} });
  const now = () => new Date(simulator.clock.now());
  const checkpoints = new Checkpoints(open(`checkpoints${table}`), now);
  const send = async (message: object) => {
    const { event } = (message as EventMessage).body;
    enqueued.push(event.id);
    await timeline.record(
      event.resourceinstance as string,
      eventMessage(event, { via: 'pull', enqueuedAt: now().toISOString() }),
    );
  };
  const deps = {
    events: makeEvents(platform),
    timeline,
    queue: { name: 'reconcile-test', send },
    deadLetters,
    checkpoints,
    log: logInto((line) => void lines.push(line)),
    now,
  };
  run = ({ since, dryRun, onPage, ...changes } = {}) =>
    reconcile(resource, { ...deps, ...changes }, { since, dryRun, ...(onPage && { onPage }) });
});
afterEach(() => altinn.stop());

const ids = () => altinn.simulator.log.all().map(({ event }) => event.id);
const happen = async (letters: number) => {
  altinn.simulator.createLetters({}, letters);
  await altinn.simulator.advance({ minutes: 1 });
};

describe('reconcile', () => {
  it('puts every event that is not tracked on the queue, once', async () => {
    await happen(20);
    expect(await run()).toMatchObject({ pulled: 40, missing: 40, checkpointGone: false, complete: true });
    expect(enqueued.sort()).toEqual(ids().sort());
    expect(await run()).toMatchObject({ pulled: 0, missing: 0 });
    await happen(3);
    expect(await run()).toMatchObject({ pulled: 6, missing: 6 });
    expect(new Set(enqueued).size).toBe(enqueued.length);
  });

  it('counts what the push had delivered, and does not enqueue it again', async () => {
    await happen(5);
    for (const { event } of altinn.simulator.log.all().slice(0, 7)) {
      await timeline.record(
        event.resourceinstance,
        eventMessage(event as never, { via: 'push', enqueuedAt: '' }),
      );
    }
    expect(await run()).toMatchObject({ pulled: 10, missing: 3 });
    expect(enqueued).toHaveLength(3);
  });

  it('goes on behind short pages and through more than a page', async () => {
    altinn.simulator.turn({ hideFromPull: 0.9 });
    await happen(1100);
    const report = await run();
    expect(report?.complete).toBe(true);
    altinn.simulator.turn({ hideFromPull: 0 });
    expect(report?.pulled).toBeGreaterThan(100);
    expect(report?.pulled).toBeLessThan(500);
  });

  it('leaves what is younger than the lag for the next run', async () => {
    altinn.simulator.createLetters({}, 2);
    await altinn.simulator.advance({ seconds: 10 });
    expect(await run()).toMatchObject({ pulled: 0 });
    await altinn.simulator.advance({ seconds: 30 });
    expect(await run()).toMatchObject({ pulled: 4 });
  });

  it('gets through answers 429 and 5xx', async () => {
    await happen(30);
    altinn.simulator.turn({ apis: { events: { tooManyRequests: 0.3, serverError: 0.2 } } });
    let report: Awaited<ReturnType<typeof run>>;
    for (let tries = 0; tries < 10 && !report; tries++) report = await run().catch(() => undefined);
    expect(new Set(enqueued)).toEqual(new Set(ids()));
  });
});

describe('the checkpoint', () => {
  it('stays where it was when the queue does not take an event', async () => {
    await happen(5);
    let left = 4;
    const send = async () => {
      if (left-- <= 0) throw new Error('queue is down');
    };
    await expect(run({ queue: { name: 'down', send } })).rejects.toThrow('queue is down');
    expect(await run()).toMatchObject({ pulled: 10, missing: 10 });
  });

  it('stays when the process dies between the queue and it: pulled again, nothing twice', async () => {
    await happen(5);
    const checkpoints = {
      read: () => Promise.reject(new Error('not asked for')),
      lease: async () => ({
        checkpoint: { after: '0', before: '0' },
        move: async () => {
          throw new Error('died');
        },
        release: async () => {},
      }),
    };
    await expect(run({ checkpoints })).rejects.toThrow('died');
    expect(enqueued).toHaveLength(10);
    expect(await run()).toMatchObject({ pulled: 10, missing: 0 });
    expect(enqueued).toHaveLength(10);
  });

  it('that expired after 90 days is noticed, said, and caught up from, without a full replay', async () => {
    await happen(5);
    await run();
    await altinn.simulator.advance({ days: 89 });
    await happen(4);
    await altinn.simulator.advance({ days: 1, hours: 12 });
    await happen(3);
    lines = [];
    const report = await run();
    expect(report).toMatchObject({ checkpointGone: true, missing: 14 });
    expect(lines.join()).toContain('reconcile.checkpoint-gone');
    expect(new Set(enqueued)).toEqual(new Set(ids()));
    expect(new Set(enqueued).size).toBe(enqueued.length);
    lines = [];
    expect(await run()).toMatchObject({ checkpointGone: false, pulled: 0 });
    expect(lines).toEqual([]);
  });

  it('that Altinn never had is caught up from two days before its time', async () => {
    await happen(2);
    await altinn.simulator.advance({ days: 10 });
    await happen(2);
    const time = new Date(altinn.simulator.clock.now()).toISOString();
    const lost = { after: 'unknown', before: 'unknown-too', time };
    const moved: object[] = [];
    const lease = {
      checkpoint: lost,
      move: async (to: object) => void moved.push(to),
      release: async () => {},
    };
    expect(await run({ checkpoints: { read: async () => lost, lease: async () => lease } })).toMatchObject({
      checkpointGone: true,
      pulled: 4,
    });
    expect(enqueued.sort()).toEqual(ids().slice(4).sort());
    expect(moved.at(-1)).toMatchObject({ after: ids().at(-1), before: ids().at(-2) });
  });
});

describe('two at once', () => {
  it('the second one leaves it to the first', async () => {
    await happen(10);
    let second: unknown = 'not asked';
    let asked = false;
    const slow = async (message: object) => {
      if (!asked) {
        asked = true;
        second = await run();
      }
      enqueued.push((message as EventMessage).body.event.id);
    };
    expect(await run({ queue: { name: 'slow', send: slow } })).toMatchObject({ missing: 20 });
    expect(second).toBeUndefined();
    expect(enqueued).toHaveLength(20);
  });

  it('who comes after one that died waits until its lease is over', async () => {
    await happen(1);
    const never = {
      lease: (name: string) =>
        new Checkpoints(open(`checkpoints${table}`), () => new Date(altinn.simulator.clock.now())).lease(
          name,
        ),
    };
    await never.lease(resource);
    expect(await run()).toBeUndefined();
    await altinn.simulator.advance({ minutes: 11 });
    expect(await run()).toMatchObject({ pulled: 2 });
  });
});

describe('a recipient', () => {
  it('asks for its own events, so that no page is emptied by those of others', async () => {
    altinn.simulator.createLetters({ recipient: '310000009' }, 600);
    altinn.simulator.createLetters({ recipient: '310000001' }, 1);
    await altinn.simulator.advance({ minutes: 1 });
    const subject = 'urn:altinn:organization:identifier-no:310000001';
    expect(await run({ subject })).toMatchObject({ pulled: 1, missing: 1 });
  });
});

describe('by hand', () => {
  it('a dry run counts and changes nothing', async () => {
    await happen(5);
    expect(await run({ dryRun: true })).toMatchObject({ pulled: 10, missing: 10 });
    expect(enqueued).toEqual([]);
    expect(await run()).toMatchObject({ pulled: 10, missing: 10 });
    await happen(1);
    expect(await run({ dryRun: true })).toMatchObject({ pulled: 2, missing: 2 });
  });

  it('since a time looks at what is not older, and leaves the checkpoint alone', async () => {
    await happen(2);
    await altinn.simulator.advance({ days: 3 });
    const since = new Date(altinn.simulator.clock.now()).toISOString();
    await happen(3);
    expect(await run({ since })).toMatchObject({ pulled: 6, missing: 6 });
    expect(await run()).toMatchObject({ pulled: 10, missing: 4 });
  });
});
