import { describe, expect, it } from 'vitest';
import { type EventType, typePrefix } from '../../../shared/events/catalogue.ts';
import { defaultKinds } from '../../../shared/follow-ups/policy/policy.ts';
import type { Message } from '../../../shared/queue/message.ts';
import { enqueueReactions } from '../../../shared/reactions/enqueue.ts';
import { createReactions } from '../../../shared/reactions/registry.ts';
import { makeVerify } from '../../../shared/reactions/verify.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { track } from '../../../shared/tracking/track.ts';
import { eventOf } from '../../support/fixture.ts';
import { silentLog } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const published = `${typePrefix}correspondencepublished` as const;
const neverRead = `${typePrefix}correspondencereceiverneverread` as const;
const read = `${typePrefix}correspondencereceiverread` as const;

/** A type that was pushed, tracked, and found in a pull. */
async function pulled(
  type: EventType,
  reactions = createReactions(),
  isVerified?: (type: string) => boolean,
) {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  const consequences = [enqueueReactions({ reactions, queue: storage.queue('reactions') })];
  const deps = { timeline, consequences, log: silentLog };
  const event = { ...eventOf('subject-person'), type };
  await track(eventMessage(event, { via: 'push', enqueuedAt: '2026-08-20T06:00:00Z' }), false, deps);
  const before = storage.operations;
  const queue = storage.queue('events');
  await makeVerify({ reactions, timeline, queue, kinds: defaultKinds, ...(isVerified && { isVerified }) })(
    letter,
    event,
  );
  const operations = storage.operations - before;
  for (const { text } of storage.messages('events')) {
    const message = JSON.parse(Buffer.from(text, 'base64').toString()) as Message<{ event: typeof event }>;
    await track(message, false, deps);
  }
  return {
    operations,
    via: storage.rowsOf('timeline')[0]?.via,
    reacted: storage.messages('reactions').length,
  };
}

describe('an event that was pushed and is found in a pull', () => {
  it('is verified where it closes a follow-up, and tracked once more where it opens one', async () => {
    expect(await pulled(read)).toEqual({ operations: 2, via: 'pull', reacted: 0 });
    expect(await pulled(neverRead)).toEqual({ operations: 1, via: 'pull', reacted: 0 });
    const reactions = createReactions().on(neverRead, () => {});
    expect(await pulled(neverRead, reactions)).toMatchObject({ via: 'pull', reacted: 1 });
  });

  it('is verified where that is asked for, as a recipient does of publications', async () => {
    expect(await pulled(published, createReactions(), (type) => type === published)).toMatchObject({
      via: 'pull',
    });
  });

  it('stays as it is otherwise, at no cost', async () => {
    expect(await pulled(published)).toEqual({ operations: 0, via: 'push', reacted: 0 });
  });

  it.each([read, published])('is tracked once more where a reaction to %s waits for it', async (type) => {
    const reactions = createReactions().on(type, () => {}, { verifiedOnly: true });
    expect(await pulled(type, reactions)).toEqual({ operations: 1, via: 'pull', reacted: 1 });
  });

  it('has its reaction once where that waits for nothing', async () => {
    expect(
      await pulled(
        read,
        createReactions().on(read, () => {}),
      ),
    ).toMatchObject({ via: 'pull', reacted: 1 });
    expect(
      await pulled(
        read,
        createReactions(() => {}),
      ),
    ).toMatchObject({ via: 'pull', reacted: 1 });
  });
});
