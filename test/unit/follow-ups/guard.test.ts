import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EventName, typePrefix } from '../../../shared/events/catalogue.ts';
import { NotDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import type { FollowUpCheck } from '../../../shared/follow-ups/check.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { checkFollowUp } from '../../../shared/follow-ups/guard.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { NonRetryableError, RetryableError } from '../../../shared/queue/errors.ts';
import { type Message, newMessage } from '../../../shared/queue/message.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { eventOf } from '../../support/fixture.ts';
import { MemoryChannel, MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const log = { info() {}, warn() {}, error() {} };
const { signal } = new AbortController();

const checkOf = (kind: FollowUpCheck['kind']): Message<FollowUpCheck> =>
  newMessage({ kind, correspondenceId: letter }, { via: 'push', enqueuedAt: '2026-08-20T05:00:00.000Z' });

/** A letter whose never-read follow-up is due now. */
async function start() {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  const followUps = new FollowUps(storage.table('timeline'));
  const channel = new MemoryChannel();
  const now = () => new Date(storage.now);
  const happened = (name: EventName, id: string = name) =>
    timeline.record(
      letter,
      eventMessage(
        { ...eventOf('subject-person'), type: typePrefix + name, id },
        { via: 'push', enqueuedAt: now().toISOString() },
      ),
    );
  const followUp = async () => {
    const [only] = await followUps.of(letter);
    if (!only) throw new Error('there is none');
    return only;
  };
  const check = (which = checkOf('never-read'), pause: Pause = () => {}, by: string = randomUUID()) =>
    checkFollowUp(which, {
      followUps: new FollowUps(storage.table('timeline', pause)),
      queue: storage.queue('follow-ups', pause),
      channel: {
        send: (step) => channel.send(step).then(() => pause({ name: 'notify', when: 'after' })),
      },
      log,
      signal,
      by,
      now,
    });
  const pass = (seconds: number) => {
    storage.now += seconds * 1000;
  };
  await happened('correspondencereceiverneverread');
  const openedAt = now().toISOString();
  await followUps.add({
    kind: 'never-read',
    correspondenceId: letter,
    state: 'open',
    openedAt,
    dueAt: openedAt,
  });
  return { storage, followUps, channel, happened, followUp, check, pass, now };
}

const dies =
  (name: string): Pause =>
  (operation) => {
    // A process that died goes no further.
    return operation.name === name ? new Promise(() => {}) : undefined;
  };

describe('checkFollowUp', () => {
  it('notifies once that it is open, and records it', async () => {
    const { channel, followUp, check, now } = await start();
    await check();
    await check();
    expect(channel.notified).toEqual([
      {
        type: 'follow-up.opened',
        idempotencyKey: `never-read-${letter}-opened`,
        timestamp: now().toISOString(),
        data: {
          followUpId: `never-read-${letter}`,
          kind: 'never-read',
          correspondenceId: letter,
          resource: 'urn:altinn:resource:brev-fra-etaten',
          recipient: 'urn:altinn:person:identifier-no:13845678914',
          since: '2026-08-19T06:00:03.4817266Z',
          status: 'neverRead',
        },
      },
    ]);
    expect(await followUp()).toMatchObject({
      state: 'notified',
      notifiedAt: now().toISOString(),
      claim: undefined,
    });
  });

  it('notifies once that it is settled, and by what', async () => {
    const { channel, followUp, check, happened } = await start();
    await check();
    await happened('correspondencereceiverread');
    await check();
    await check();
    expect(channel.notified.map(({ type }) => type)).toEqual(['follow-up.opened', 'follow-up.closed']);
    expect(channel.notified[1]).toMatchObject({
      idempotencyKey: `never-read-${letter}-closed`,
      data: { reason: 'read', status: 'read' },
    });
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read', claim: undefined });
  });

  it.each<EventName>([
    'correspondencereceiverread',
    'correspondencereceiverconfirmed',
    'correspondencepurged',
    'correspondencepublishfailed',
  ])('notifies nobody once there is %s', async (name) => {
    const { channel, followUp, check, happened } = await start();
    await happened(name);
    await check();
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed', closedAt: expect.any(String) });
  });

  it('waits on the queue while it is not due', async () => {
    const { storage, channel, followUp, check, pass } = await start();
    pass(-90);
    const which = checkOf('never-read');
    await check(which);
    const [message] = storage.messages('follow-ups');
    const waiting = JSON.parse(Buffer.from(message?.text as string, 'base64').toString());
    expect(waiting).toMatchObject({ via: which.via, attempt: 1, body: which.body });
    // A message of its own: under the old id it would pass for a copy of one that is done.
    expect(waiting.messageId).not.toBe(which.messageId);
    expect((message?.visibleAt ?? 0) - storage.now).toBe(90_000);
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'open' });
  });

  it('is a NonRetryableError where there is no such follow-up', async () => {
    const { check } = await start();
    await expect(check(checkOf('never-confirmed'))).rejects.toBeInstanceOf(NonRetryableError);
  });

  it('takes three storage operations to notify that it is open, three that it is closed, and two to suppress it', async () => {
    const { storage, check, happened } = await start();
    const operations = async () => {
      const before = storage.operations;
      await check();
      return storage.operations - before;
    };
    expect(await operations()).toBe(3);
    await happened('correspondencereceiverread');
    expect(await operations()).toBe(3);

    const other = await start();
    await other.happened('correspondencereceiverread');
    const before = other.storage.operations;
    await other.check();
    expect(other.storage.operations - before).toBe(2);
  });

  it('keeps out everybody else while it notifies', async () => {
    const { channel, check } = await start();
    await check(checkOf('never-read'), async ({ name }) => {
      if (name === 'notify') await expect(check()).rejects.toBeInstanceOf(RetryableError);
    });
    expect(channel.notified).toHaveLength(1);
  });

  it('is taken over from a process that died, under the same key, two minutes later', async () => {
    const { channel, followUp, check, pass } = await start();
    void check(checkOf('never-read'), dies('notify'));
    await expect.poll(() => channel.notified.length).toBe(1);
    await expect(check()).rejects.toBeInstanceOf(RetryableError);
    pass(121);
    await check();
    expect(channel.notified.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      `never-read-${letter}-opened`,
      `never-read-${letter}-opened`,
    ]);
    expect(await followUp()).toMatchObject({ state: 'notified', claim: undefined });
  });

  it('is notified as settled if a process died and it was settled since: perhaps somebody had been notified', async () => {
    const { channel, followUp, check, pass, happened } = await start();
    void check(checkOf('never-read'), dies('notify'));
    await expect.poll(() => channel.notified.length).toBe(1);
    await happened('correspondencereceiverread');
    pass(121);
    await check();
    expect(channel.notified.map(({ type }) => type)).toEqual(['follow-up.opened', 'follow-up.closed']);
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read' });
  });

  it('lets go where the channel certainly did not take it, so that it can be suppressed', async () => {
    const { channel, followUp, check, happened } = await start();
    const down: Pause = ({ name }) => {
      if (name !== 'notify') return;
      channel.notified.length = 0;
      throw new NotDelivered('answered 500');
    };
    await expect(check(checkOf('never-read'), down)).rejects.toBeInstanceOf(NotDelivered);
    expect(await followUp()).toMatchObject({ state: 'open', claim: undefined });
    await happened('correspondencereceiverread');
    await check();
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed' });
  });

  it('keeps its claim where it is not known whether the channel took it', async () => {
    const { followUp, check } = await start();
    const resets: Pause = ({ name }) => {
      if (name === 'notify') throw new Error('ECONNRESET');
    };
    await expect(check(checkOf('never-read'), resets)).rejects.toThrow('ECONNRESET');
    expect(await followUp()).toMatchObject({ state: 'open', claim: { at: expect.any(String) } });
  });

  // the same one: the storage client tries a Put Message again whose answer was late, and a worker that died after it
  // had put it back leaves two.
  it('notifies once though its message is on the queue twice', async () => {
    const { channel, check } = await start();
    const twins = checkOf('never-read');
    let nested = false;
    const first = check(twins, async ({ name }) => {
      if (name !== 'notify' || nested) return;
      nested = true;
      await check(twins).catch(() => {});
    });
    await first.catch(() => {});
    expect(channel.notified).toHaveLength(1);
  });

  // A dead instance's messages come back after ten minutes: nobody may take the claim over while its new holder notifies.
  it('is claimed anew by whoever comes back to it', async () => {
    const { followUps, channel, followUp, check, now, pass } = await start();
    const which = checkOf('never-read');
    const { etag, ...open } = await followUp();
    const claim = { by: 'the message', at: now().toISOString() };
    await followUps.save({ ...(open as FollowUp), claim }, etag);
    pass(600);
    await check(
      which,
      async ({ name }) => {
        if (name === 'notify') await check().catch(() => {});
      },
      'the message',
    ).catch(() => {});
    expect(channel.notified).toHaveLength(1);
  });
});
