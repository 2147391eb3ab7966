import { describe, expect, expectTypeOf, it } from 'vitest';
import { catalogue, type EventName, type EventType, typePrefix } from '../../../shared/events/catalogue.ts';
import type { CloudEvent } from '../../../shared/events/cloud-event.ts';
import { createReactions, type Reactions } from '../../../shared/reactions/registry.ts';
import { eventOf } from '../../support/fixture.ts';
import { silentLog } from '../../support/log.ts';

const log = silentLog;
const { signal } = new AbortController();
const context = { idempotencyKey: 'key', via: 'push', log, signal } as const;

function start() {
  const calls: string[] = [];
  const reactions = createReactions((event, { known }) => void calls.push(`fallback ${event.type} ${known}`));
  return { calls, reactions };
}

describe('createReactions', () => {
  it.each(Object.keys(catalogue) as EventName[])(
    'runs the reaction to %s in any casing, and no other',
    async (name) => {
      const { calls, reactions } = start();
      for (const other of Object.keys(catalogue) as EventName[])
        reactions.on(`${typePrefix}${other}`, () => void calls.push(other));
      const event = eventOf('subject-person');
      await reactions.run({ ...event, type: typePrefix + name }, context);
      await reactions.run({ ...event, type: (typePrefix + name).toUpperCase() }, context);
      expect(calls).toEqual([name, name]);
    },
  );

  it('runs the reaction to a type under its old name', async () => {
    const { calls, reactions } = start();
    reactions.on('no.altinn.correspondence.correspondencepublished', () => void calls.push('published'));
    await reactions.run(eventOf('seed-published-2024'), context);
    expect(calls).toEqual(['published']);
  });

  it('refuses a second reaction to a type, and keeps the first', async () => {
    const { calls, reactions } = start();
    const type = 'no.altinn.correspondence.correspondencereceiverread';
    reactions.on(type, () => void calls.push('first'));
    expect(() => reactions.on(type, () => void calls.push('second'))).toThrow(
      /correspondencereceiverread has a reaction/,
    );
    await reactions.run({ ...eventOf('subject-person'), type }, context);
    expect(calls).toEqual(['first']);
  });

  it('runs nothing without a fallback, and says so beforehand', async () => {
    const type = 'no.altinn.correspondence.correspondencereceiverread';
    const reactions = createReactions().on(type, () => {});
    expect(reactions.has(type.toUpperCase(), 'push')).toBe(true);
    expect(reactions.has('no.altinn.correspondence.correspondencepublished', 'push')).toBe(false);
    expect(reactions.has('no.altinn.correspondence.correspondenceforwarded', 'push')).toBe(false);
    expect(createReactions(() => {}).has('anything', 'push')).toBe(true);
    await expect(reactions.run(eventOf('unknown-type'), context)).resolves.toBeUndefined();
  });

  it('tells the fallback whether the type is known', async () => {
    const { calls, reactions } = start();
    await reactions.run(eventOf('subject-person'), context);
    await reactions.run(eventOf('unknown-type'), context);
    expect(calls).toEqual([
      'fallback no.altinn.correspondence.correspondencepublished true',
      'fallback no.altinn.correspondence.correspondenceforwarded false',
    ]);
  });

  it('runs a reaction that asks for verified events by no push, nor the fallback in its place', async () => {
    const { calls, reactions } = start();
    const type = 'no.altinn.correspondence.correspondencereceiverread';
    reactions.on(type, (_event, { via }) => void calls.push(via), { verifiedOnly: true });
    const ways = ['push', 'pull', 'asked'] as const;
    expect(ways.map((via) => reactions.has(type.toUpperCase(), via))).toEqual([false, true, true]);
    for (const via of ways) await reactions.run({ ...eventOf('subject-person'), type }, { ...context, via });
    expect(calls).toEqual(['pull', 'asked']);
  });

  it('tells a reaction and the fallback how the event is known', async () => {
    const told: string[] = [];
    const note = (event: CloudEvent, { via }: { via: string }) => void told.push(`${event.type} ${via}`);
    const reactions = createReactions(note);
    reactions.on('no.altinn.correspondence.correspondencepublished', note);
    for (const via of ['push', 'pull', 'asked'] as const) {
      await reactions.run(eventOf('subject-person'), { ...context, via });
      await reactions.run(eventOf('unknown-type'), { ...context, via });
    }
    expect(told).toEqual(
      ['push', 'pull', 'asked'].flatMap((via) => [
        `no.altinn.correspondence.correspondencepublished ${via}`,
        `no.altinn.correspondence.correspondenceforwarded ${via}`,
      ]),
    );
  });

  it('hands over the event, the idempotency key and the log', async () => {
    const { reactions } = start();
    const event = eventOf('subject-person');
    const given: unknown[] = [];
    reactions.on('no.altinn.correspondence.correspondencepublished', (...all) => void given.push(...all));
    await reactions.run(event, context);
    expect(given).toEqual([event, context]);
  });

  it('waits for a reaction, and throws what it or the fallback throws', async () => {
    let done = false;
    const reactions = createReactions(() => Promise.reject(new Error('fallback failed')));
    reactions.on('no.altinn.correspondence.correspondencepublished', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done = true;
      throw new Error('reaction failed');
    });
    await expect(reactions.run(eventOf('subject-person'), context)).rejects.toThrow('reaction failed');
    expect(done).toBe(true);
    await expect(reactions.run(eventOf('unknown-type'), context)).rejects.toThrow('fallback failed');
  });

  it('can be written in one chain', () => {
    const { reactions } = start();
    const chained = reactions
      .on('no.altinn.correspondence.correspondencereceiverread', () => {})
      .on('no.altinn.correspondence.correspondencereceiverconfirmed', () => {});
    expect(chained).toBe(reactions);
  });

  it('takes the types of the catalogue and no other', () => {
    const { reactions } = start();
    expectTypeOf<Parameters<Reactions['on']>[0]>().toEqualTypeOf<EventType>();
    expectTypeOf<EventType>().toEqualTypeOf<`no.altinn.correspondence.${keyof typeof catalogue}`>();
    const react = (event: CloudEvent) => {
      expectTypeOf(event.id).toBeString();
    };
    reactions.on('no.altinn.correspondence.correspondencereceiverread', react);
    // @ts-expect-error not in the catalogue
    reactions.on('no.altinn.correspondence.correspondenceforwarded', react);
    // @ts-expect-error an old name: its type of today is meant
    reactions.on('no.altinn.correspondence.published', react);
    // @ts-expect-error another casing
    reactions.on('no.altinn.correspondence.CorrespondenceReceiverConfirmed', react);
    // @ts-expect-error no prefix
    reactions.on('correspondencereceiverconfirmed', react);
    const anyType = 'no.altinn.correspondence.correspondencepurged' as string;
    // @ts-expect-error any text
    reactions.on(anyType, react);
    // @ts-expect-error no function
    createReactions('all');
    expect(() => createReactions().on('no.altinn.correspondence.correspondencepurged', react)).not.toThrow();
  });
});
