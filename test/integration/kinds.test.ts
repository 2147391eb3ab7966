import { exportJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LetterSpec } from '../../infra/simulator/correspondence/letter.ts';
import type { Simulator } from '../../infra/simulator/simulator.ts';
import { makeCorrespondence } from '../../shared/altinn/api/correspondence.ts';
import { makePlatform } from '../../shared/altinn/api/platform.ts';
import { makeTokens } from '../../shared/altinn/auth/tokens.ts';
import { type FollowUpKind, followUpKinds, isWatchdog, typePrefix } from '../../shared/events/catalogue.ts';
import type { FollowUpCheck } from '../../shared/follow-ups/check.ts';
import { DueFollowUps } from '../../shared/follow-ups/due.ts';
import { checkFollowUp } from '../../shared/follow-ups/guard.ts';
import { openAndClose } from '../../shared/follow-ups/open-and-close.ts';
import { defaultPolicy, type Policy } from '../../shared/follow-ups/policy/policy.ts';
import { type AskAltinn, makeAskAltinn } from '../../shared/follow-ups/question.ts';
import { releaseDue } from '../../shared/follow-ups/release.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import { releaseWatches } from '../../shared/follow-ups/watch/release-watches.ts';
import { makeWatch } from '../../shared/follow-ups/watch/watch.ts';
import { Watches } from '../../shared/follow-ups/watch/watches.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import type { Message } from '../../shared/queue/message.ts';
import { readAltinnSettings } from '../../shared/settings/altinn.ts';
import { type EventMessage, eventMessage } from '../../shared/tracking/event-message.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { track } from '../../shared/tracking/track.ts';
import { silentLog as log } from '../support/log.ts';
import { MemoryChannel, MemoryStorage } from '../support/memory-storage.ts';
import { startTestAltinn } from '../support/simulator.ts';

// Every kind of follow-up, with the simulated Altinn asked over HTTP: opened, borne out or not, settled.

const [hour, day] = [3_600_000, 86_400_000];
const { signal } = new AbortController();
const none: FollowUpKind[] = [];

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let simulator: Simulator;
let askAltinn: AskAltinn;
let world: ReturnType<typeof makeWorld>;

beforeAll(async () => {
  altinn = await startTestAltinn();
  simulator = altinn.simulator;
  const { client, url, maskinportenUrl } = altinn;
  const settings = readAltinnSettings({
    ALTINN_ENVIRONMENT: url,
    MASKINPORTEN_URL: maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: client.clientId,
    MASKINPORTEN_KEY: JSON.stringify({ ...(await exportJWK(client.privateKey)), kid: client.publicJwk.kid }),
  });
  if (!settings) throw new Error('no settings');
  const { environment } = settings;
  const platform = makePlatform({ environment, tokens: makeTokens(settings), maxRate: 1_000 });
  const pace = { answered: async () => {}, silent: async () => {}, turn: async () => 'now' as const };
  askAltinn = makeAskAltinn(makeCorrespondence(platform), pace, () => simulator.clock.now());
});
afterAll(() => altinn.stop());
beforeEach(() => {
  world = makeWorld();
});

/** Every kind is followed up with one step at once; watchdogs after two days, and nine for a notification's outcome. */
function policyOf(): Policy {
  const base = defaultPolicy('webhook');
  const { steps = [] } = base.rule('never-read', undefined) ?? {};
  const days = (kind: FollowUpKind) => (kind === 'no-notification-outcome' ? 9 : 2);
  return {
    ...base,
    kinds: new Set(followUpKinds),
    rule: (kind) => ({ steps, ...(isWatchdog(kind) && { watchAfter: { iso: `P${days(kind)}D` } }) }),
    timeOf: ({ after }, from) =>
      new Date(Date.parse(from) + ('iso' in after ? Number(/^P(\d+)D$/.exec(after.iso)?.[1] ?? 0) * day : 0)),
  };
}

/** The receiver over storage in memory, at the simulated Altinn's time. */
function makeWorld() {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const stores = {
    timeline: new Timeline(storage.table('timeline')),
    followUps: new FollowUps(storage.table('timeline')),
    due: new DueFollowUps(storage.table('due')),
    watches: new Watches(storage.table('due')),
  };
  const policy = policyOf();
  const channel = new MemoryChannel();
  const started = simulator.log.all().length;
  storage.now = simulator.clock.now();
  const startedAt = now().toISOString();
  const common = { ...stores, policy, since: async () => startedAt, graceMs: 0, leaseMs: hour / 4, now };
  const consequences = [openAndClose(common), makeWatch(common)];
  const deps = { timeline: stores.timeline, consequences, log };
  const queued = <T>(name: string) =>
    storage
      .messages(name)
      .splice(0)
      .map(({ text }) => JSON.parse(Buffer.from(text, 'base64').toString()) as T);
  const learn = async () => {
    for (const message of queued<EventMessage>('correspondence-events')) await track(message, false, deps);
  };
  const mine = new Set<string>();
  let seen = started;
  /** What Altinn has sent and the queues hold is worked on, at this moment. */
  const work = async () => {
    storage.now = simulator.clock.now();
    const events = simulator.log.all();
    for (; seen < events.length; seen++) {
      const { event, lost, correspondenceId } = events[seen] as (typeof events)[number];
      const how = { via: 'pull', enqueuedAt: now().toISOString() } as const;
      // Those of other tests are due in this one's time.
      if (!lost && mine.has(correspondenceId as string))
        await track(eventMessage(event as never, how), false, deps);
    }
    for (let round = 0; round < 3; round++) {
      await releaseWatches({ ...common, isAsked: true }, log);
      await releaseDue({ ...common, queue: storage.queue('follow-ups') });
      for (const message of queued<Message<FollowUpCheck>>('follow-ups')) {
        const guard = {
          askAltinn,
          maxWaitMs: 12 * hour,
          paused: false,
          channels: new Map([['webhook', channel]]),
        };
        const rest = {
          events: storage.queue('correspondence-events'),
          deadLetters: new DeadLetters(storage.table('deadletters'), now),
        };
        await checkFollowUp(
          message,
          { ...common, ...guard, ...rest },
          { log, signal, queue: 'follow-ups', by: 'a' },
        );
      }
      await learn();
    }
  };
  return {
    mine,
    /** Lets so many days go by, some hours at a time. */
    async pass(days: number) {
      await work();
      for (let gone = 0; gone < days * 24; gone += 4) {
        await simulator.advance({ hours: Math.min(4, days * 24 - gone) });
        await work();
      }
    },
    /** An event that Altinn never sent. */
    forge: (name: string, id: string, time = now().toISOString()) => {
      const event = { specversion: '1.0', id: 'forged', source: 'https://forged/correspondence', time };
      const more = { type: typePrefix + name, resourceinstance: id, resource: 'urn:altinn:resource:forged' };
      return track(
        eventMessage({ ...event, ...more } as never, { via: 'push', enqueuedAt: time }),
        false,
        deps,
      );
    },
    of: (id: string) => stores.followUps.of(id),
    told: () => channel.notified.map(({ type, data }) => `${data.kind} ${type.replace('follow-up.', '')}`),
    steps: () => channel.notified,
  };
}

function create(spec: LetterSpec): string {
  const id = simulator.createLetters(spec)[0] as string;
  world.mine.add(id);
  return id;
}
const attachmentOf = (id: string) => simulator.truth(id)[0]?.attachments[0]?.id as string;

describe('what Altinn says is so is told', () => {
  it.each<[FollowUpKind[], LetterSpec, number]>([
    [['unread'], {}, 3],
    [['unread', 'unconfirmed'], { confirmationNeeded: true }, 3],
    [['never-read'], { dueInDays: 3 }, 6],
    [['never-read', 'never-confirmed'], { dueInDays: 3, confirmationNeeded: true }, 6],
    [['publish-failed'], { publishFails: true }, 6],
    [['publish-failed'], { publishFails: true, publishInDays: 3 }, 6],
    [['attachment-rejected'], { attachment: 'scan-failed' }, 1],
    [['notification-failed'], { notification: 'all-failed', dueInDays: 30 }, 12],
    [['notification-partly-failed'], { notification: 'failed', dueInDays: 30 }, 12],
    [['notification-not-created'], { notification: 'creation-failed', dueInDays: 30 }, 12],
    [['no-notification-outcome'], { notification: 'no-answer', dueInDays: 30 }, 12],
    [none, { notification: 'delivered', dueInDays: 30 }, 12],
    [none, { notification: 'delivered', reminderAfterDays: 7, reminder: 'failed', dueInDays: 30 }, 12],
    [none, { publishInDays: 5, dueInDays: 30 }, 20],
    [none, { attachment: 'published', dueInDays: 30 }, 12],
  ])('%s of %j', async (kinds, spec, days) => {
    create(spec);
    await world.pass(days);
    expect(world.told().sort()).toEqual(kinds.map((kind) => `${kind} opened`).sort());
    for (const { data } of world.steps()) expect(data.checkedWithAltinn).toBe(true);
  });

  it('not-published, of a letter that never was, and no sooner than it should have been', async () => {
    // Its attachment is scanned for ever, so to say.
    const id = create({ publishInDays: 60, dueInDays: 90 });
    const letter = simulator.letters.get(id) as { requestedPublishTime: number };
    letter.requestedPublishTime = simulator.clock.now() + 3 * day;
    await world.pass(4.5);
    expect(world.told()).toEqual([]);
    await world.pass(1);
    expect(world.told()).toEqual(['not-published opened']);
  });

  it('a letter whose attachment fails after publication, which has no event of its own', async () => {
    const id = create({ attachment: 'published', scanFailsAfterDays: 1, dueInDays: 30 });
    await world.pass(2);
    await world.pass(1);
    // Each is learnt in its own way: the letter's failing when it is asked about for another reason.
    expect(world.told()).toEqual(['attachment-rejected opened', 'publish-failed opened']);
    expect(await world.of(attachmentOf(id))).toMatchObject([
      { kind: 'attachment-rejected', state: 'notified' },
    ]);
  });
});

describe('what settles it closes it', () => {
  it.each<[FollowUpKind, LetterSpec, 'read' | 'confirm' | 'purge', number]>([
    ['unread', {}, 'read', 3],
    ['unconfirmed', { confirmationNeeded: true }, 'confirm', 3],
    ['notification-failed', { notification: 'all-failed', dueInDays: 30 }, 'read', 1],
    ['notification-partly-failed', { notification: 'failed', dueInDays: 30 }, 'purge', 1],
    ['notification-not-created', { notification: 'creation-failed', dueInDays: 30 }, 'confirm', 1],
    ['no-notification-outcome', { notification: 'no-answer', dueInDays: 30 }, 'read', 10],
  ])('%s of %j by a %s', async (kind, spec, act, days) => {
    const id = create(spec);
    await world.pass(days);
    expect(world.told()).toContain(`${kind} opened`);
    expect(simulator[act](id)).toBe(true);
    await world.pass(1);
    expect(world.told()).toContain(`${kind} closed`);
  });

  it.each<['read' | 'confirm' | 'purge', LetterSpec]>([
    ['read', {}],
    ['confirm', {}],
    ['purge', {}],
  ])('a %s before its time is up, and nobody is told, also where its event was lost', async (act, spec) => {
    const [heard, unheard] = [create(spec), create(spec)];
    await world.pass(1);
    simulator[act](heard);
    simulator.turn({ loseEvent: 1 });
    simulator[act](unheard);
    simulator.turn({ loseEvent: 0 });
    await world.pass(5);
    expect(world.told()).toEqual([]);
    const unread = async (id: string) => (await world.of(id)).filter(({ kind }) => kind === 'unread');
    expect(await unread(heard)).toEqual([]);
    expect(await unread(unheard)).toMatchObject([{ state: 'suppressed' }]);
  });
});

describe('what Altinn does not bear out', () => {
  it.each(followUpKinds.filter((kind) => !isWatchdog(kind) && kind !== 'attachment-rejected'))(
    '%s is not told on a forged event',
    async (kind) => {
      const id = create({ notification: 'delivered', dueInDays: 30 });
      await world.pass(0.5);
      const names: Partial<Record<FollowUpKind, string>> = {
        'never-read': 'correspondencereceiverneverread',
        'never-confirmed': 'correspondencereceiverneverconfirmed',
        'publish-failed': 'correspondencepublishfailed',
        'notification-not-created': 'correspondencenotificationcreationfailed',
        'notification-failed': 'correspondencenotificationallfailed',
        'notification-partly-failed': 'correspondencenotificationfailed',
      };
      await world.forge(names[kind] as string, id);
      await world.pass(1);
      expect(world.told()).toEqual([]);
      const followUp = (await world.of(id)).find((each) => each.kind === kind);
      expect(followUp?.state).toBe(kind === 'never-read' ? 'open' : 'suppressed');
    },
  );

  it('an attachment that passed is not told of, nor one that Altinn does not know', async () => {
    const id = create({ attachment: 'published', dueInDays: 30 });
    await world.pass(0.5);
    await world.forge('attachmentuploadfailed', attachmentOf(id));
    const unknown = '00000000-1111-4222-8333-444444444444';
    await world.forge('attachmentuploadfailed', unknown);
    await world.pass(1);
    expect(world.told()).toEqual([]);
    expect(await world.of(attachmentOf(id))).toMatchObject([{ state: 'suppressed', reason: 'notCalledFor' }]);
    expect(await world.of(unknown)).toMatchObject([{ state: 'disputed' }]);
  });

  it('a watchdog neither comes early nor is put off by what was pushed', async () => {
    const id = create({});
    const other = create({});
    await world.forge(
      'correspondencepublished',
      id,
      new Date(simulator.clock.now() - 30 * day).toISOString(),
    );
    await world.forge('correspondencereceiverread', other);
    await world.pass(1.5);
    expect(world.told()).toEqual([]);
    await world.pass(1.5);
    expect(world.told()).toEqual(['unread opened', 'unread opened']);
  });
});
