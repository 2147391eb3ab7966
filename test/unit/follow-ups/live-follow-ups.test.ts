import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FollowUpKind } from '../../../shared/events/catalogue.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { type FollowUp, followUpId } from '../../../shared/follow-ups/follow-up.ts';
import { Held } from '../../../shared/follow-ups/held.ts';
import { listLive, type Wanted } from '../../../shared/follow-ups/list-live.ts';
import { liveStates } from '../../../shared/follow-ups/listed.ts';
import { isLive, LiveFollowUps, positionOf } from '../../../shared/follow-ups/live-follow-ups.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const kinds = ['never-read', 'never-confirmed'] as const;
const letters = Array.from({ length: 5 }, (_, n) => `5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e9${n}`);
const resources = [undefined, 'urn:altinn:resource:letters', 'urn:altinn:resource:decisions'];
const quarterMs = 15 * 60_000 + 1;

function over(storage: MemoryStorage, pause?: Pause) {
  const now = () => new Date(storage.now);
  const live = new LiveFollowUps(storage.table('livefollowups', pause), now);
  return { live, followUps: new FollowUps(storage.table('timeline', pause), live), now };
}

type Deps = ReturnType<typeof over>;

interface Change {
  readonly letter: number;
  readonly kind: FollowUpKind;
  readonly state: FollowUp['state'];
  readonly resource: string | undefined;
  readonly factAt: string | undefined;
}

const change = fc.record<Change>({
  letter: fc.nat(letters.length - 1),
  kind: fc.constantFrom(...kinds),
  state: fc.constantFrom('open', 'notified', 'disputed', 'suppressed', 'closed'),
  resource: fc.constantFrom(...resources),
  factAt: fc.constantFrom(
    undefined,
    '2026-08-19T06:00:00Z',
    '2026-08-19T06:00:00.5Z',
    '2026-08-18T06:00:00Z',
  ),
});

/** Opens a follow-up, or changes the one that is there. */
async function apply({ letter, ...more }: Change, { followUps, now }: Deps): Promise<void> {
  const correspondenceId = letters[letter] as string;
  const stored = await followUps.get(correspondenceId, more.kind);
  if (!stored) {
    await followUps.add({ ...more, correspondenceId, openedAt: now().toISOString() });
    return;
  }
  const { etag, ...before } = stored;
  await followUps.save({ ...before, ...more }, etag);
}

async function truths({ followUps }: Deps): Promise<FollowUp[]> {
  const all = await Promise.all(letters.map((id) => followUps.of(id)));
  return all.flat().filter(({ state }) => isLive(state));
}

const everything: Wanted = { states: liveStates, kinds, pageSize: 3 };

async function listAll(deps: Deps, wanted = everything, between: () => Promise<unknown> = async () => {}) {
  const found: FollowUp[] = [];
  for (let next: string | undefined, pages = 0; ; ) {
    const page = await listLive({ ...wanted, after: next }, deps);
    expect(page.followUps.length).toBeLessThanOrEqual(wanted.pageSize);
    expect(++pages).toBeLessThan(200);
    found.push(...page.followUps);
    next = page.next;
    if (next === undefined) return found;
    await between();
  }
}

const ids = (followUps: readonly FollowUp[]) => followUps.map(followUpId);
const ordered = (followUps: readonly FollowUp[]) =>
  followUps.toSorted((a, b) => (positionOf(a) < positionOf(b) ? -1 : 1));

/** Dies at its nth operation, before or after that takes effect, and does nothing more. */
function dying(at: number, when: 'before' | 'after'): Pause {
  let count = 0;
  return (operation) => {
    if (operation.when === 'before') count++;
    if (count > at || (count === at && operation.when === when)) throw new Error('died');
  };
}

describe('the index of what needs attention', () => {
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ change, dies: fc.constant(undefined) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        change,
        dies: fc.record({ at: fc.integer({ min: 1, max: 4 }), when: fc.constantFrom('before', 'after') }),
      }),
    },
  );

  it('is never short of a follow-up, whatever dies at whatever moment, and is healed by being listed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const storage = new MemoryStorage();
        const deps = over(storage);
        for (const { change, dies } of steps) {
          storage.now += 1_000;
          const worker = dies ? over(storage, dying(dies.at, dies.when)) : deps;
          await apply(change, worker).catch((error) => expect(error.message).toBe('died'));
          const keys = storage
            .rowsOf('livefollowups')
            .map(({ partitionKey, rowKey }) => partitionKey + rowKey);
          for (const { listed, kind } of await truths(deps)) {
            expect(keys).toContain(`${listed?.state}:${kind}${listed?.key}`);
          }
        }
        const expected = ids(ordered(await truths(deps)));
        expect(ids(await listAll(deps))).toEqual(expected);
        storage.now += quarterMs;
        expect(ids(await listAll(deps))).toEqual(expected);
        expect(storage.rowsOf('livefollowups')).toHaveLength(expected.length);
        expect(ids(await listAll(deps))).toEqual(expected);
      }),
    );
  });

  it('misses and repeats nothing that stays as it is, while others come and go and change between two operations', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 20 }),
        fc.array(change, { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        fc.scheduler(),
        async (before, during, pageSize, scheduler) => {
          const storage = new MemoryStorage();
          const deps = over(storage);
          for (const each of before) await apply(each, deps);
          const changed = new Set(during.map(({ kind, letter }) => `${kind}-${letters[letter]}`));
          const stay = (await truths(deps)).filter((each) => !changed.has(followUpId(each)));

          const pause: Pause = ({ when }) => scheduler.schedule(Promise.resolve(), when);
          const others = over(storage, pause);
          const changing = Promise.all(during.map((each) => apply(each, others).catch(() => undefined)));
          const listing = listAll(over(storage, pause), { ...everything, pageSize });
          await scheduler.waitFor(Promise.all([listing, changing]));
          const found = ids(await listing);
          expect(found.filter((id) => !changed.has(id))).toEqual(ids(ordered(stay)));
          // And nothing that was under way was taken for left over.
          expect(ids(await listAll(deps))).toEqual(ids(ordered(await truths(deps))));
        },
      ),
    );
  });

  it('lists what a listing of all has of a state, a kind and a resource', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
        const deps = over(new MemoryStorage());
        for (const each of changes) await apply(each, deps);
        const all = await listAll(deps);
        for (const state of liveStates) {
          for (const kind of kinds) {
            for (const resource of resources) {
              const wanted = { states: [state], kinds: [kind], resource, pageSize: 2 };
              expect(ids(await listAll(deps, wanted))).toEqual(
                ids(
                  all.filter(
                    (each) =>
                      each.state === state &&
                      each.kind === kind &&
                      (resource === undefined || each.resource === resource),
                  ),
                ),
              );
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('finds the few of a resource among thousands of another, each page with bounded work', async () => {
    const storage = new MemoryStorage();
    const deps = over(storage);
    const openedAt = (second: number) => new Date(storage.now + second * 1_000).toISOString();
    const add = (n: number, kind: FollowUpKind, resource: string) => {
      const correspondenceId = `5b3c1e0a-8f1d-4c52-9f0e-${String(n).padStart(12, '0')}`;
      return deps.followUps.add({ correspondenceId, kind, resource, state: 'open', openedAt: openedAt(n) });
    };
    const few = [0, 700, 1_500, 2_100];
    for (let n = 0; n < 2_200; n++) {
      await add(n, 'never-read', `urn:altinn:resource:${few.includes(n) ? 'few' : 'many'}`);
    }
    for (const n of [1, 1_400, 2_150]) await add(n, 'never-confirmed', 'urn:altinn:resource:few');
    const wanted = { ...everything, resource: 'urn:altinn:resource:few' };
    storage.operations = 0;
    const found = await listAll(deps, wanted, async () => {
      expect(storage.operations).toBeLessThan(20);
      storage.operations = 0;
    });
    expect(found.map(({ openedAt: at }) => (Date.parse(at) - storage.now) / 1_000)).toEqual([
      0, 1, 700, 1_400, 1_500, 2_100, 2_150,
    ]);
  });

  it('has no row left of a change that came second', async () => {
    const storage = new MemoryStorage();
    const { followUps } = over(storage);
    const [id, kind] = [letters[0] as string, 'never-read' as const];
    const opened = {
      correspondenceId: id,
      kind,
      state: 'open',
      openedAt: '2026-08-20T06:00:00.000Z',
    } as const;
    expect([await followUps.add(opened), await followUps.add(opened)]).toEqual([true, false]);
    const { etag, ...before } = (await followUps.of(id))[0] as NonNullable<
      Awaited<ReturnType<FollowUps['get']>>
    >;
    expect(await followUps.save({ ...before, state: 'notified' }, etag)).toBeDefined();
    expect(await followUps.save({ ...before, state: 'disputed' }, etag)).toBeUndefined();
    expect(storage.rowsOf('livefollowups').map(({ partitionKey }) => partitionKey)).toEqual([
      'notified:never-read',
    ]);
  });

  it('has one row of a follow-up that is saved several times after one look', async () => {
    const storage = new MemoryStorage();
    const { followUps, due, now } = { ...over(storage), due: new DueFollowUps(storage.table('due')) };
    const [id, kind] = [letters[0] as string, 'never-read' as const];
    await followUps.add({ correspondenceId: id, kind, state: 'open', openedAt: '2026-08-20T06:00:00.000Z' });
    const stored = (await followUps.get(id, kind)) as NonNullable<Awaited<ReturnType<FollowUps['get']>>>;
    const held = new Held(stored, { followUps, due, plannedBy: 'a hash', now });
    for (const changes of [
      { resource: resources[1] },
      { claim: { by: 'a message', at: '2026-08-20T06:00:00.000Z' } },
      { state: 'notified' },
      { factAt: '2026-08-19T06:00:00Z' },
    ] as const) {
      await held.save(changes);
      expect(storage.rowsOf('livefollowups')).toHaveLength(1);
    }
    await held.finish({ state: 'closed' });
    expect(storage.rowsOf('livefollowups')).toEqual([]);
  });

  it('leaves a row alone whose follow-up is about to be saved, however long that takes within a function’s time', async () => {
    const storage = new MemoryStorage();
    const deps = over(storage);
    const opened: FollowUp = {
      ...{ correspondenceId: letters[0] as string, kind: 'never-read', state: 'open' },
      openedAt: '2026-08-20T06:00:00.000Z',
    };
    let saving = false;
    const slow = over(storage, ({ name, when }) => {
      if (name !== 'insert' || when !== 'after' || saving) return;
      saving = true;
      storage.now += 10 * 60_000;
      return listAll(deps).then((found) => expect(found).toEqual([]));
    });
    await slow.followUps.add(opened);
    expect(saving).toBe(true);
    storage.now += quarterMs;
    expect(ids(await listAll(deps))).toEqual([followUpId(opened)]);
  });

  it('lists what an older version saved without its row’s key, and takes it for no left-over', async () => {
    const storage = new MemoryStorage();
    const deps = over(storage);
    const [correspondenceId, kind] = [letters[0] as string, 'never-read' as const];
    await deps.followUps.add({ correspondenceId, kind, state: 'open', openedAt: '2026-08-20T06:00:00.000Z' });
    storage.alter('timeline', correspondenceId, `follow-up:${kind}`, { listed: undefined });
    storage.now += quarterMs;
    for (const _ of [1, 2]) expect(await listAll(deps)).toHaveLength(1);
  });

  it('costs one operation more for what opens, two for what moves, one for what ends, and none for any other change', async () => {
    const storage = new MemoryStorage();
    const { followUps } = over(storage);
    const [id, kind] = [letters[0] as string, 'never-read' as const];
    const costing = async (work: () => Promise<unknown>) => {
      const before = storage.operations;
      await work();
      return storage.operations - before;
    };
    const opened = {
      correspondenceId: id,
      kind,
      state: 'open',
      openedAt: '2026-08-20T06:00:00.000Z',
    } as const;
    expect(await costing(() => followUps.add(opened))).toBe(2);
    for (const [changes, operations] of [
      [{ dueAt: '2026-08-21T06:00:00.000Z' }, 1],
      [{ resource: resources[1] }, 3],
      [{ state: 'notified' }, 3],
      [{ state: 'closed' }, 2],
      [{ reason: 'read' }, 1],
    ] as const) {
      const { etag, ...before } = (await followUps.get(id, kind)) as NonNullable<
        Awaited<ReturnType<FollowUps['get']>>
      >;
      expect(await costing(() => followUps.save({ ...before, ...changes }, etag))).toBe(operations);
    }
  });
});
