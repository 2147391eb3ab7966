import type { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { makeAuditWindow } from '../../../functions/audit-letters.ts';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import { heard } from '../../../shared/altinn/api/heard.ts';
import { Pace } from '../../../shared/altinn/pace.ts';
import { typePrefix } from '../../../shared/events/catalogue.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { checkFollowUp } from '../../../shared/follow-ups/guard.ts';
import { defaultPolicy } from '../../../shared/follow-ups/policy/policy.ts';
import { makeAskAltinn } from '../../../shared/follow-ups/question.ts';
import { releaseDue } from '../../../shared/follow-ups/release.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { RetryableError } from '../../../shared/queue/errors.ts';
import { newMessage } from '../../../shared/queue/message.ts';
import { Retries } from '../../../shared/queue/retries.ts';
import { Audits } from '../../../shared/reconcile/audit/audits.ts';
import { beginAudit, dayBack } from '../../../shared/reconcile/audit/begin.ts';
import { makeAskTogether } from '../../../shared/reconcile/audit/together.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { letterId, makeLetterList } from '../../support/altinn/letter-list.ts';
import { notAsked } from '../../support/altinn/not-asked.ts';
import { eventOf } from '../../support/fixture.ts';
import { silentLog } from '../../support/log.ts';
import { MemoryChannel, MemoryStorage } from '../../support/memory-storage.ts';

const resource = 'urn:altinn:resource:my-letters';
function start(rate = 10, sleeps = true) {
  const storage = new MemoryStorage();
  const pace = new Pace(storage.table('shared'), {
    rate,
    maxRate: 10,
    now: () => storage.now,
    sleep: async (ms) => {
      storage.now += ms;
    },
  });
  const altinn = makeLetterList([]);
  const askedAt: number[] = [];
  const list: typeof altinn.correspondence.list = async (request) => {
    askedAt.push(storage.now);
    return altinn.correspondence.list(request);
  };
  const listened = { list: heard(list, pace), details: altinn.correspondence.details };
  const now = () => new Date(storage.now);
  const consumer = makeAuditWindow({
    queue: storage.queue('audits'),
    deadLetters: new DeadLetters(storage.table('deadletters')),
    retries: new Retries(storage.table('retries')),
    correspondence: listened,
    role: 'Sender',
    timeline: new Timeline(storage.table('timeline')),
    events: storage.queue('correspondence-events'),
    audits: new Audits(storage.table('audits'), now),
    pace,
    now,
    sleep: async (ms) => {
      if (sleeps) storage.now += ms;
    },
  });
  let n = 0;
  const audit = async () => {
    n++;
    const task = beginAudit(`a-${n}`, dayBack(1, now()), { resource, role: 'Sender' });
    const w = () => {};
    await consumer.handle(newMessage(task, { via: 'asked', enqueuedAt: now().toISOString() }), {
      info: w,
      warn: w,
      error: w,
      triggerMetadata: { id: String(n), dequeueCount: 1 },
    } as unknown as InvocationContext);
  };
  return { storage, pace, audit, askedAt, now, listened };
}

describe('the pace, in trouble', () => {
  it('audits end a closed way by themselves once Altinn is back', async () => {
    const { storage, pace, audit, askedAt } = start();
    for (let f = 0; f < 5; f++) await pace.silent();
    // A day of nightly audit tries, with Altinn answering everything.
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      storage.now += 600_000;
      await audit();
    }
    expect(askedAt.length).toBeGreaterThan(0);
  });

  it('an audit that asks nothing leaves the probe to a follow-up', async () => {
    const { storage, pace, audit } = start();
    for (let f = 0; f < 5; f++) await pace.silent();
    storage.now += 30_000;
    await audit();
    expect((await pace.take(1)).count).toBe(1);
  });

  it('leaves the one probe to who asks at once, and not to a message that is asked about later', async () => {
    const { storage, pace } = start();
    for (let n = 0; n < 5; n++) await pace.silent();
    storage.now += 31_000;
    expect(await pace.take(10, { isForLater: true })).toMatchObject({ count: 0, isClosed: true });
    expect(await pace.turn()).toBe('now');
    expect(await pace.turn()).toBe('closed');
  });

  it('ends that Altinn is left alone, whichever instance asks', async () => {
    const { storage } = start();
    const options = { rate: 10, maxRate: 10, now: () => storage.now, sleep: async () => {} };
    const [timer, died] = [
      new Pace(storage.table('shared'), options),
      new Pace(storage.table('shared'), options),
    ];
    for (let n = 0; n < 5; n++) await died.silent();
    const fresh = new Pace(storage.table('shared'), options);
    let asked = 0;
    for (let minute = 0; minute < 60; minute++) {
      storage.now += 60_000;
      const { count, firstMs, intervalMs, isClosed } = await timer.take(1_000, { isForLater: true });
      for (let n = 0; n < (isClosed ? 5 : count); n++) {
        if ((await fresh.turn(isClosed ? undefined : storage.now + firstMs + n * intervalMs)) !== 'now')
          continue;
        asked++;
        await fresh.answered(100);
      }
    }
    expect(asked).toBeGreaterThan(1_000);
  });

  it('rises while it is used alone', async () => {
    const { storage, pace } = start(2);
    for (let hour = 0; hour < 20; hour++) {
      storage.now += 3_600_000;
      await pace.take(1);
    }
    expect((await pace.take(1)).intervalMs).toBeGreaterThan(450);
  });

  it('an audit waits for its turn at the pace', async () => {
    const { storage, pace, audit, askedAt } = start();
    await pace.take(90); // nine seconds of the pace are a follow-ups'
    const before = storage.now;
    await audit();
    expect((askedAt[0] ?? 0) - before).toBeGreaterThanOrEqual(8_900);
  });

  it('audits that get no turn take nothing from follow-ups', async () => {
    const { pace, audit } = start(2, false);
    for (let n = 0; n < 40; n++) await audit();
    // Ten seconds of the pace, at the most.
    expect((await pace.take(1_000)).count).toBeGreaterThan(90);
  });

  it('Retry-After holds though what was under way is answered', async () => {
    const { pace } = start();
    await pace.silent(300_000);
    await pace.answered(100);
    expect((await pace.take(10)).count).toBe(0);
  });

  it('nothing is asked of slots that were taken before Retry-After', async () => {
    const { storage, pace } = start();
    const slots = await pace.take(600);
    await pace.silent(300_000);
    let asked = 0;
    for (let k = 0; k < slots.count; k++)
      if ((await pace.turn(storage.now + k * slots.intervalMs)) === 'now') asked++;
    expect(asked).toBe(0);
  });

  it('moments are counted from when they were taken', async () => {
    const storage = new MemoryStorage();
    const due = new DueFollowUps(storage.table('due'));
    const slow = () => {
      storage.now += 2;
    };
    const followUps = new FollowUps(storage.table('timeline', slow));
    const pace = new Pace(storage.table('shared'), { rate: 10, maxRate: 10, now: () => storage.now });
    const at = new Date(storage.now).toISOString();
    for (let n = 0; n < 1_300; n++) {
      const one = { kind: 'never-read', correspondenceId: letterId(n) } as const;
      await followUps.add({ ...one, state: 'open', openedAt: at, dueAt: at });
      await due.add({ ...one, at, rank: 'pushed-opening' });
    }
    const t = () => storage.now;
    const first = t();
    const run = () =>
      releaseDue({
        due,
        followUps,
        queue: storage.queue('follow-ups'),
        leaseMs: 900_000,
        pace,
        now: () => new Date(storage.now),
      });
    await run();
    storage.now = first + 60_000;
    await run();
    const moments = storage
      .messages('follow-ups')
      .map(({ text }) => Date.parse(JSON.parse(Buffer.from(text, 'base64').toString()).body.askAt))
      .sort((a, b) => a - b);
    let most = 0;
    for (const m of moments) most = Math.max(most, moments.filter((x) => x >= m && x < m + 1_000).length);
    expect(most).toBeLessThanOrEqual(10 + 1);
  });

  it('has 500 follow-ups notified unchecked in an outage of a day, all of them after ALTINN_MAX_WAIT and no question more', {
    timeout: 60_000,
  }, async () => {
    const { storage, pace, now } = start();
    const due = new DueFollowUps(storage.table('due'));
    const followUps = new FollowUps(storage.table('timeline'));
    const channel = new MemoryChannel();
    let questions = 0;
    const letter = async () => {
      questions++;
      throw new AltinnError('Altinn answered 503', { status: 503 });
    };
    const at = now().toISOString();
    for (let n = 0; n < 500; n++) {
      const one = { kind: 'never-read', correspondenceId: letterId(n) } as const;
      await followUps.add({ ...one, state: 'open', openedAt: at, dueAt: at });
      await due.add({ ...one, at, rank: 'pushed-opening' });
    }
    const deps = {
      followUps,
      due,
      channels: new Map([['webhook', channel]]),
      policy: defaultPolicy('webhook'),
      events: storage.queue('e'),
      deadLetters: { add: async () => {}, forget: async () => {} },
      now,
    };
    const more = {
      graceMs: 0,
      since: async () => at,
      maxWaitMs: 12 * 3_600_000,
      leaseMs: 900_000,
      paused: false,
    };
    const guard = {
      ...deps,
      ...more,
      askAltinn: makeAskAltinn({ letter, ...notAsked }, pace, () => storage.now),
    };
    const log = silentLog;
    let first = 0;
    let minute = 0;
    for (; minute < 24 * 60 && channel.notified.length < 500; minute++) {
      const tick = storage.now;
      await releaseDue({ due, followUps, queue: storage.queue('follow-ups'), leaseMs: 900_000, pace, now });
      for (const { text, id } of storage.messages('follow-ups').splice(0)) {
        const message = JSON.parse(Buffer.from(text, 'base64').toString());
        await checkFollowUp(message, guard, {
          log,
          signal: new AbortController().signal,
          queue: 'follow-ups',
          by: id,
        }).catch((error) => {
          if (!(error instanceof RetryableError)) throw error;
          storage.put('follow-ups', message);
        });
      }
      if (channel.notified.length > 0) first ||= minute;
      storage.now = Math.max(storage.now, tick + 60_000);
    }
    expect(first).toBeGreaterThanOrEqual(12 * 60);
    expect(minute).toBeLessThan(14 * 60);
    expect(channel.notified.every(({ data }) => data.checkedWithAltinn === false)).toBe(true);
    expect(questions).toBeLessThan(1_000);
  });

  it('costs a message that gets no turn none', async () => {
    const { storage, pace } = start();
    await pace.take(200);
    for (let late = 0; late < 300; late++) expect(await pace.turn(storage.now - 30_000)).toBe('taken');
    expect((await pace.take(1_000)).count).toBe(400);
  });

  it('is not stopped for longer than an hour by what Altinn says', async () => {
    const { storage, pace } = start();
    await pace.silent(365 * 86_400_000);
    storage.now += 3_600_000;
    expect((await pace.take(1)).count).toBe(1);
  });
});

describe('asking about many at once, in trouble', () => {
  const make = async (
    days: number,
    whose: { subunit?: string }[],
    role: 'Sender' | 'Recipient',
    pace: Pick<Pace, 'take'>,
    storage = new MemoryStorage(),
  ) => {
    const timeline = new Timeline(storage.table('timeline'));
    const ids: string[] = [];
    for (let n = 0; n < 200; n++) {
      ids.push(letterId(n));
      await timeline.record(
        letterId(n),
        eventMessage(
          {
            ...eventOf('subject-person'),
            type: `${typePrefix}correspondencepublished`,
            id: `p${n}`,
            resource,
            time: new Date(Date.parse('2026-08-01T08:00:00Z') + (n % days) * 86_400_000).toISOString(),
          },
          { via: 'push', enqueuedAt: '2026-08-20T05:00:00.000Z' },
        ),
      );
    }
    const ask = makeAskTogether({
      correspondence: makeLetterList([]).correspondence,
      role,
      whose,
      resources: [resource],
      timeline,
      events: storage.queue('e'),
      table: storage.table('shared'),
      pace,
      now: () => new Date(storage.now),
      sleep: async () => {},
    });
    return { ask, ids, storage };
  };
  it('twenty subunits, and letters of ten days, stop no release', async () => {
    const whose = Array.from({ length: 20 }, (_, n) => ({ subunit: String(310000000 + n) }));
    const { ask, ids } = await make(9, whose, 'Recipient', {
      take: async (count) => ({ count, firstMs: 0, intervalMs: 0 }),
    });
    expect(await ask(ids)).toBe(true);
  });
  it('leaves the probe to a follow-up', async () => {
    const storage = new MemoryStorage();
    const pace = new Pace(storage.table('shared'), { rate: 10, maxRate: 10, now: () => storage.now });
    const { ask, ids } = await make(1, [{}], 'Sender', pace, storage);
    for (let f = 0; f < 5; f++) await pace.silent();
    let probes = 0;
    for (let minute = 0; minute < 14; minute++) {
      storage.now += 60_000;
      await ask(ids);
      probes += (await pace.take(100)).count;
    }
    expect(probes).toBeGreaterThan(0);
  });
});
