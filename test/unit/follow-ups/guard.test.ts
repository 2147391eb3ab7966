import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EventName, typePrefix } from '../../../shared/events/catalogue.ts';
import { NotDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import { lookAt } from '../../../shared/follow-ups/check.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { lookAgain } from '../../../shared/follow-ups/guard.ts';
import { NotYet } from '../../../shared/queue/consumer.ts';
import { envelop } from '../../../shared/queue/message.ts';
import { NonRetryableError } from '../../../shared/storage/faults.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { eventOf } from '../../support/fixture.ts';
import { MemoryChannel, MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const log = { info() {}, warn() {}, error() {} };

/** A letter whose never-read follow-up is due now. */
async function start() {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  const channel = new MemoryChannel();
  const now = () => new Date(storage.now);
  const happened = (name: EventName, id: string = name) =>
    timeline.record(
      letter,
      envelop(
        { ...eventOf('subject-person'), type: typePrefix + name, id },
        { via: 'push', receivedAt: now().toISOString() },
      ),
    );
  const followUp = async () => {
    const [only] = await timeline.followUps(letter);
    if (!only) throw new Error('there is none');
    return only;
  };
  const look = (which = lookAt('never-read', letter), pause: Pause = () => {}, by: string = randomUUID()) =>
    lookAgain(which, {
      timeline: new Timeline(storage.table('timeline', pause)),
      queue: storage.queue('follow-ups', pause),
      channel: {
        send: (step) => channel.send(step).then(() => pause({ name: 'tell', when: 'after' })),
      },
      log,
      by,
      now,
    });
  const pass = (seconds: number) => {
    storage.now += seconds * 1000;
  };
  await happened('correspondencereceiverneverread');
  const openedAt = now().toISOString();
  await timeline.addFollowUp({
    kind: 'never-read',
    correspondenceId: letter,
    state: 'open',
    openedAt,
    dueAt: openedAt,
  });
  return { storage, timeline, channel, happened, followUp, look, pass, now };
}

const dies =
  (name: string): Pause =>
  (operation) => {
    // A process that died goes no further.
    return operation.name === name ? new Promise(() => {}) : undefined;
  };

describe('lookAgain', () => {
  it('tells once that it is open, and records it', async () => {
    const { channel, followUp, look, now } = await start();
    await look();
    await look();
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

  it('tells once that it is settled, and by what', async () => {
    const { channel, followUp, look, happened } = await start();
    await look();
    await happened('correspondencereceiverread');
    await look();
    await look();
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
  ])('tells nobody once there is %s', async (name) => {
    const { channel, followUp, look, happened } = await start();
    await happened(name);
    await look();
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed', closedAt: expect.any(String) });
  });

  it('waits on the queue while it is not due', async () => {
    const { storage, channel, followUp, look, pass } = await start();
    pass(-90);
    const which = lookAt('never-read', letter);
    await look(which);
    const [message] = storage.messages('follow-ups');
    expect(JSON.parse(Buffer.from(message?.text as string, 'base64').toString())).toEqual(which);
    expect((message?.visibleAt ?? 0) - storage.now).toBe(90_000);
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'open' });
  });

  it('is a permanent fault where there is no such follow-up', async () => {
    const { look } = await start();
    await expect(look(lookAt('never-confirmed', letter))).rejects.toBeInstanceOf(NonRetryableError);
  });

  it('takes four storage operations to tell, and two to suppress', async () => {
    const { storage, look, happened } = await start();
    const before = storage.operations;
    await look();
    expect(storage.operations - before).toBeLessThanOrEqual(3);
    await happened('correspondencereceiverread');
    const then = storage.operations;
    await look();
    expect(storage.operations - then).toBeLessThanOrEqual(3);
  });

  it('keeps out everybody else while it tells', async () => {
    const { channel, look } = await start();
    await look(lookAt('never-read', letter), async ({ name }) => {
      if (name === 'tell') await expect(look()).rejects.toBeInstanceOf(NotYet);
    });
    expect(channel.notified).toHaveLength(1);
  });

  it('is taken over from a process that died, under the same key, two minutes later', async () => {
    const { channel, followUp, look, pass } = await start();
    void look(lookAt('never-read', letter), dies('tell'));
    await expect.poll(() => channel.notified.length).toBe(1);
    await expect(look()).rejects.toBeInstanceOf(NotYet);
    pass(121);
    await look();
    expect(channel.notified.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      `never-read-${letter}-opened`,
      `never-read-${letter}-opened`,
    ]);
    expect(await followUp()).toMatchObject({ state: 'notified', claim: undefined });
  });

  it('is notified as settled if a process died and it was settled since: perhaps somebody had been notified', async () => {
    const { channel, followUp, look, pass, happened } = await start();
    void look(lookAt('never-read', letter), dies('tell'));
    await expect.poll(() => channel.notified.length).toBe(1);
    await happened('correspondencereceiverread');
    pass(121);
    await look();
    expect(channel.notified.map(({ type }) => type)).toEqual(['follow-up.opened', 'follow-up.closed']);
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read' });
  });

  it('lets go where the channel certainly did not take it, so that it can be suppressed', async () => {
    const { channel, followUp, look, happened } = await start();
    const down: Pause = ({ name }) => {
      if (name !== 'tell') return;
      channel.notified.length = 0;
      throw new NotDelivered('answered 500');
    };
    await expect(look(lookAt('never-read', letter), down)).rejects.toBeInstanceOf(NotDelivered);
    expect(await followUp()).toMatchObject({ state: 'open', claim: undefined });
    await happened('correspondencereceiverread');
    await look();
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed' });
  });

  it('keeps its claim where it is not known whether the channel took it', async () => {
    const { followUp, look } = await start();
    const resets: Pause = ({ name }) => {
      if (name === 'tell') throw new Error('ECONNRESET');
    };
    await expect(look(lookAt('never-read', letter), resets)).rejects.toThrow('ECONNRESET');
    expect(await followUp()).toMatchObject({ state: 'open', claim: { at: expect.any(String) } });
  });

  // the same one: the storage client tries a Put Message again whose answer was late, and a worker that died after it
  // had put a look back leaves two.
  it('tells once though its message is on the queue twice', async () => {
    const { channel, look } = await start();
    const twins = lookAt('never-read', letter);
    let nested = false;
    const first = look(twins, async ({ name }) => {
      if (name !== 'tell' || nested) return;
      nested = true;
      await look(twins).catch(() => {});
    });
    await first.catch(() => {});
    expect(channel.notified).toHaveLength(1);
  });

  // A dead instance's messages come back after ten minutes: nobody may take the claim over while its new holder tells.
  it('is claimed anew by whoever comes back to it', async () => {
    const { timeline, channel, followUp, look, now, pass } = await start();
    const which = lookAt('never-read', letter);
    const { etag, ...open } = await followUp();
    const claim = { by: 'the message', at: now().toISOString() };
    await timeline.saveFollowUp({ ...(open as FollowUp), claim }, etag);
    pass(600);
    await look(
      which,
      async ({ name }) => {
        if (name === 'tell') await look().catch(() => {});
      },
      'the message',
    ).catch(() => {});
    expect(channel.notified).toHaveLength(1);
  });
});
