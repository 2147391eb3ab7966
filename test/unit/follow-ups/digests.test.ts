import { describe, expect, it } from 'vitest';
import { NotDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import { Digests } from '../../../shared/follow-ups/digests/digests.ts';
import type { SettledByLists } from '../../../shared/follow-ups/digests/settled-by-lists.ts';
import { letterId } from '../../support/altinn/letter-list.ts';
import { all, policyOf, startDigests, stepTo, unsettled } from '../../support/digests.ts';

const numberOf = (id: string) => Number(id.slice(-12));
const notified = { state: 'notified', gathered: undefined, claim: undefined };

describe('five hundred follow-ups that are due at once', () => {
  it('are ten messages, and a digest that names all the others', async () => {
    const { pass, chat, followUp, left, storage } = await startDigests({
      letters: 500,
      policy: policyOf(10),
    });
    await pass(8);
    const { singly, inDigests, digests } = chat.told('opened');
    expect(singly).toHaveLength(10);
    expect(inDigests).toHaveLength(490);
    expect([...singly, ...inDigests].sort()).toEqual(all(500));
    // Ten parts of fifty at the most, each with room for it.
    expect(digests.map(({ part, parts }) => [part, parts])).toEqual(
      Array.from({ length: 10 }, (_, part) => [part + 1, 10]),
    );
    for (const letter of [0, 17, 499]) {
      expect(await followUp(letter)).toMatchObject({
        ...notified,
        taken: [{ key: 'chat', channel: 'chat' }],
      });
    }
    expect(left()).toEqual([]);
    expect(storage.messages('digests')).toEqual([]);
  });

  it('are so with two instances at work', async () => {
    const { pass, chat, left } = await startDigests({ letters: 500, policy: policyOf(10) });
    await pass(15, 2);
    const { singly, inDigests } = chat.told('opened');
    expect(singly).toHaveLength(10);
    expect([...singly, ...inDigests].sort()).toEqual(all(500));
    expect(chat.steps).toHaveLength(10);
    expect(chat.digests.flatMap(({ items }) => items)).toHaveLength(490);
    expect(left()).toEqual([]);
  });

  it('go singly where the policy has no ceiling', async () => {
    const { pass, chat, storage } = await startDigests({ letters: 30, policy: policyOf(undefined) });
    await pass(8);
    expect(chat.told('opened')).toMatchObject({ singly: { length: 30 }, digests: [] });
    expect(storage.rowsOf('digests')).toEqual([]);
  });

  it('are told with the next hour as the last ones: singly again, once nothing waits', async () => {
    const start = await startDigests({ letters: 6, policy: policyOf(4) });
    const { storage, followUps, due, pass, chat, now } = start;
    storage.now += 57 * 60_000;
    await pass(4);
    expect(chat.told('opened')).toMatchObject({ singly: { length: 4 }, digests: [] });
    const another = async (letter: number) => {
      const one = { kind: 'never-read', correspondenceId: letterId(letter) } as const;
      const at = now().toISOString();
      await followUps.add({ ...one, state: 'open', openedAt: at, dueAt: at });
      await due.add({ ...one, at, rank: 'pushed-opening' });
    };
    // Seven o'clock has gone, and those of the hour before wait still.
    await another(6);
    await pass(5);
    expect(chat.told('opened')).toMatchObject({ singly: { length: 4 }, inDigests: { length: 3 } });
    await another(7);
    await pass(1);
    expect(chat.told('opened')).toMatchObject({ singly: { length: 5 }, inDigests: { length: 3 } });
  });
});

describe('the members of a digest', () => {
  it('are told of each in the words of a message, and as Altinn answered', async () => {
    const { pass, chat } = await startDigests({ letters: 3, altinn: unsettled });
    await pass(8);
    const [digest] = chat.digests;
    const [step] = chat.steps;
    expect(digest?.items).toHaveLength(1);
    const { followUpId: _, correspondenceId: __, ...same } = step?.data ?? {};
    expect(digest?.items[0]).toMatchObject(same);
    expect(same).toMatchObject({ dueAt: '2026-08-20T06:00:00Z', checkedWithAltinn: true });
    expect(digest?.idempotencyKey).toMatch(/^chat-[\da-f]{32}-1$/);
  });

  it('are not named that were read while they waited', async () => {
    const { pass, chat, happened, followUp } = await startDigests({ letters: 12 });
    await pass(3);
    await happened(5, 'correspondencereceiverread');
    await pass(5);
    expect(chat.told('opened').inDigests.map(numberOf)).not.toContain(5);
    expect(chat.told('opened').inDigests).toHaveLength(9);
    expect(await followUp(5)).toMatchObject({ state: 'suppressed', reason: 'read', gathered: undefined });
  });

  it('are not named that a list of Altinn settles right before, though no event says so', async () => {
    const read = new Set([letterId(3), letterId(8)]);
    const settledByLists: SettledByLists = async (members) => {
      const settled = new Set(members.filter(({ correspondenceId }) => read.has(correspondenceId)));
      return { is: 'known', settled, requests: 1 };
    };
    let asked = 0;
    const altinn = (id: string) => {
      asked++;
      return read.has(id) && asked > 12
        ? { ...unsettled(), facts: { read: '2026-08-20T06:03:00Z' } }
        : unsettled();
    };
    const { pass, chat, followUp } = await startDigests({ letters: 12, altinn, settledByLists });
    await pass(8);
    expect(chat.told('opened').inDigests).toHaveLength(
      10 - [...read].filter((id) => numberOf(id) > 1).length,
    );
    expect(chat.told('opened').inDigests.filter((id) => read.has(id))).toEqual([]);
    expect(await followUp(3)).toMatchObject({ state: 'suppressed', reason: 'read' });
    expect(chat.steps.filter(({ type }) => type === 'follow-up.closed')).toEqual([]);
  });

  it('wait while Altinn is silent, and are told unchecked in the end', async () => {
    let asked = 0;
    const settledByLists: SettledByLists = async () => {
      asked++;
      return { is: 'silent', why: 'Altinn answered 503', requests: 1 };
    };
    const { pass, chat, followUp, left } = await startDigests({
      letters: 5,
      altinn: unsettled,
      settledByLists,
    });
    await pass(60);
    expect(chat.digests).toEqual([]);
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(12);
    await pass(13 * 60);
    expect(chat.told('opened').inDigests).toHaveLength(3);
    expect(chat.digests[0]?.items[0]).toMatchObject({ checkedWithAltinn: false });
    expect(await followUp(4)).toMatchObject({ ...notified, checkedWithAltinn: false });
    expect(left()).toEqual([]);
  });

  it('have their next step, and are told of again only by that', async () => {
    const later = stepTo('chat', { key: 'chat-2' });
    const policy = policyOf(
      2,
      { timeOf: (step) => new Date(step.key === 'chat' ? 0 : '2026-08-20T09:00:00Z') },
      [stepTo('chat'), later],
    );
    const { pass, chat, followUp } = await startDigests({ letters: 6, policy });
    await pass(120);
    expect(chat.told('opened')).toMatchObject({ singly: { length: 2 }, inDigests: { length: 4 } });
    expect(await followUp(5)).toMatchObject({ state: 'notified', dueAt: '2026-08-20T09:00:00.000Z' });
    await pass(70);
    expect(chat.told('opened').inDigests).toHaveLength(8);
    expect((await followUp(5)).taken?.map(({ key }) => key)).toEqual(['chat', 'chat-2']);
    expect(chat.digests.at(-1)?.items[0]).toMatchObject({ step: { number: 2, of: 2 } });
  });

  it('are left to the guard where the policy has changed meanwhile', async () => {
    const { pass, chat, set, followUp } = await startDigests({ letters: 6 });
    await pass(2);
    set.policy = policyOf(undefined, { hash: 'changed' });
    await pass(35);
    const { singly, inDigests } = chat.told('opened');
    expect([...singly, ...inDigests].sort()).toEqual(all(6));
    expect(await followUp(5)).toMatchObject(notified);
  });
});

describe('two digests of the same members', () => {
  it('name each member in one of them', async () => {
    const { pass, tick, chat, storage, left } = await startDigests({ letters: 30 });
    await pass(3);
    const waiting = storage
      .rowsOf('digests')
      .filter(({ partitionKey }) => partitionKey.startsWith('waiting'));
    storage.now += 2 * 60_000;
    // The timer dies when it has made the digest, and before its members wait no more.
    await tick();
    const table = storage.table('digests');
    for (const { etag, timestamp, ...row } of waiting) await table.insert(row);
    storage.now += 60_000;
    await pass(10, 2);
    expect(chat.told('opened').inDigests.sort()).toHaveLength(28);
    expect(new Set(chat.told('opened').inDigests).size).toBe(28);
    expect(left()).toEqual([]);
  });

  it('also where both are sent at the same moment', async () => {
    const { pass, chat, storage, left } = await startDigests({ letters: 30 });
    await pass(3);
    const waiting = storage
      .rowsOf('digests')
      .filter(({ partitionKey }) => partitionKey.startsWith('waiting'));
    const members = waiting.map(({ data, ...row }) => ({ ...row, data: JSON.parse(String(data)) })) as never;
    const madeAt = new Date(storage.now).toISOString();
    const digests = new Digests(storage.table('digests'));
    for (const id of ['one', 'other']) {
      await digests.add({
        id,
        channel: 'chat',
        type: 'opened',
        madeAt,
        dueAt: madeAt,
        members,
        sentParts: 0,
      });
    }
    await pass(10, 2);
    const { inDigests } = chat.told('opened');
    expect([inDigests.length, new Set(inDigests).size]).toEqual([28, 28]);
    expect(left()).toEqual([]);
  });
});

describe('a follow-up that a digest takes in while Altinn is asked about it', () => {
  it('is not told of singly as well', async () => {
    let taking = async (_id: string): Promise<void> => {};
    const altinn = async (id: string) => {
      await taking(id);
      return unsettled();
    };
    const { pass, tick, chat, storage, followUps } = await startDigests({ letters: 10, altinn });
    await pass(3);
    const members = storage
      .rowsOf('digests')
      .filter(({ partitionKey }) => partitionKey.startsWith('waiting'))
      .map(({ data, ...row }) => ({ ...row, data: JSON.parse(String(data)) })) as never;
    expect(members).toHaveLength(8);
    // An hour later there is room again, and all of them are looked at.
    storage.now += 3_600_000;
    const madeAt = new Date(storage.now).toISOString();
    const later = new Date(storage.now + 900_000).toISOString();
    const digest = { channel: 'chat', type: 'opened' as const, madeAt, dueAt: later, members, sentParts: 0 };
    await new Digests(storage.table('digests')).add({ id: 'under-way', ...digest });
    for (const row of storage
      .rowsOf('digests')
      .filter(({ partitionKey }) => partitionKey.startsWith('waiting')))
      await storage.table('digests').remove(row.partitionKey, row.rowKey);
    taking = async (id) => {
      const stored = await followUps.get(id, 'never-read');
      if (!stored?.gathered || stored.gathered.digest) return;
      const { etag, ...followUp } = stored;
      await followUps.save({ ...followUp, gathered: { ...stored.gathered, digest: 'under-way' } }, etag);
    };
    await tick();
    expect(chat.told('opened').singly).toHaveLength(2);
    await pass(30);
    const { singly, inDigests } = chat.told('opened');
    expect([...singly, ...inDigests].sort()).toEqual(all(10));
  });
});

describe('closings', () => {
  it('are gathered likewise, and close their follow-ups', async () => {
    const { pass, chat, happened, followUp, storage, left } = await startDigests({
      letters: 40,
      policy: policyOf(10),
    });
    await pass(8);
    storage.now += 3_600_000;
    for (let letter = 0; letter < 40; letter++) await happened(letter, 'correspondencereceiverread');
    await pass(8);
    const { singly, inDigests } = chat.told('closed');
    expect(singly).toHaveLength(10);
    expect([...singly, ...inDigests].sort()).toEqual(all(40));
    const [digest] = chat.told('closed').digests;
    expect(digest).toMatchObject({ type: 'follow-ups.closed', items: { length: 30 } });
    expect(digest?.items[0]).toMatchObject({ reason: 'read' });
    for (const letter of [0, 20, 39]) {
      expect(await followUp(letter)).toMatchObject({
        state: 'closed',
        reason: 'read',
        told: ['chat'],
        dueAt: undefined,
      });
    }
    expect(left()).toEqual([]);
  });
});

describe('what is settled while its digest is on its way', () => {
  it('by an event: is named, and closed right after', async () => {
    const { pass, chat, happened, followUp } = await startDigests({ letters: 5, policy: policyOf(2) });
    chat.refuses = () => (chat.steps.length < 2 ? undefined : new Error('it answered 503'));
    await pass(7);
    await happened(4, 'correspondencereceiverread');
    await pass(2);
    expect(await followUp(4)).toMatchObject({ state: 'open', gathered: { digest: expect.any(String) } });
    chat.refuses = undefined;
    await pass(20);
    expect(chat.told('opened').inDigests).toContain(letterId(4));
    expect(await followUp(4)).toMatchObject({ state: 'closed', reason: 'read' });
    const { singly, inDigests } = chat.told('closed');
    expect([...singly, ...inDigests]).toEqual([letterId(4)]);
  });

  it('by a person: the chat hears of both', async () => {
    const { pass, chat, followUp, close, now } = await startDigests({ letters: 5 });
    chat.refuses = () => (chat.steps.length < 2 ? undefined : new Error('it answered 503'));
    await pass(7);
    const at = now().toISOString();
    await close(4);
    await pass(2);
    chat.refuses = undefined;
    await pass(70);
    expect(chat.told('opened').inDigests).toContain(letterId(4));
    const { singly, inDigests } = chat.told('closed');
    expect([...singly, ...inDigests]).toEqual([letterId(4)]);
    expect(await followUp(4)).toMatchObject({
      state: 'closed',
      reason: 'byPerson',
      told: ['chat'],
      closedAt: at,
    });
  });

  it('and reopened by a person meanwhile: is told of in its new round as well, and the digest spoils nothing', async () => {
    const { pass, chat, followUp, close, reopen } = await startDigests({ letters: 5 });
    chat.refuses = () => (chat.steps.length < 2 ? undefined : new Error('it answered 503'));
    await pass(7);
    await close(4);
    await reopen(4);
    chat.refuses = undefined;
    await pass(70);
    expect(await followUp(4)).toMatchObject({ state: 'notified', round: 2, taken: [{ key: 'chat' }] });
    expect(chat.told('opened').inDigests.filter((id) => id === letterId(4)).length).toBeGreaterThan(0);
  });

  it('by a person, before it is frozen: the chat hears of neither', async () => {
    const { pass, chat, followUp, close } = await startDigests({ letters: 5 });
    await pass(3);
    await close(4);
    await pass(10);
    expect(chat.told('opened').inDigests).toHaveLength(2);
    expect(chat.told('closed')).toMatchObject({ singly: [], inDigests: [] });
    expect(await followUp(4)).toMatchObject({ state: 'closed', reason: 'byPerson' });
  });
});

describe('a chat that is down for hours', () => {
  it.each([
    ['and surely took nothing', () => new NotDelivered('it could not be reached')],
    ['and may have taken it', () => new Error('it answered 503')],
  ])('%s: the digest is sent again, less and less often, and all are told once', async (_, refuse) => {
    const { pass, chat, lines, left, happened, followUp } = await startDigests({ letters: 30 });
    chat.refuses = () => (chat.steps.length < 2 ? undefined : refuse());
    await pass(180);
    const failed = lines.filter((line) => line.startsWith('digest.failed'));
    expect(failed.length).toBeGreaterThan(8);
    expect(failed.length).toBeLessThan(25);
    await happened(20, 'correspondencereceiverread');
    await pass(20);
    chat.refuses = undefined;
    await pass(15);
    const { singly, inDigests } = chat.told('opened');
    // What was read meanwhile, and checked anew, is not named any more.
    expect([...singly, ...inDigests].sort()).toEqual(all(30).filter((id) => id !== letterId(20)));
    expect(await followUp(20)).toMatchObject({
      gathered: undefined,
      state: expect.stringMatching(/closed|suppressed/),
    });
    expect(left()).toEqual([]);
  });

  it('sends the same again under the same key where it may have been taken', async () => {
    const { pass, chat } = await startDigests({ letters: 9, maxItems: 3 });
    const seen: unknown[] = [];
    const take = chat.sendDigest.bind(chat);
    chat.sendDigest = async (digest) => {
      seen.push(digest);
      if (seen.length === 2) throw new Error('it answered 503');
      return take(digest);
    };
    await pass(10);
    expect(seen).toHaveLength(4);
    expect(seen[2]).toEqual(seen[1]);
    expect(chat.told('opened').inDigests).toHaveLength(7);
  });

  it('has the next step of the policy taken once it is given up, and keeps what has none', async () => {
    const policy = policyOf(2, { giveUpAfterMs: 3_600_000 }, [stepTo('chat'), stepTo('other')]);
    const others: string[] = [];
    const other = {
      send: async ({ data }: { data: { correspondenceId: string } }) => {
        others.push(data.correspondenceId);
        return undefined;
      },
    };
    const start = await startDigests({ letters: 10, policy, channels: new Map([['other', other]]) });
    const { pass, chat, lines, left, followUp } = start;
    chat.refuses = () => (chat.steps.length < 2 ? undefined : new NotDelivered('no'));
    await pass(100);
    expect(others.sort()).toEqual(all(10));
    expect(lines.filter((line) => line.startsWith('follow-up.step-failed'))).toHaveLength(8);
    expect(await followUp(9)).toMatchObject({
      ...notified,
      taken: [{ key: 'chat', failed: 'no' }, { key: 'other' }],
    });
    expect(left()).toEqual([]);
  });

  it('is not given up at its last step, however permanent its refusal', async () => {
    const { pass, chat, lines } = await startDigests({
      letters: 6,
      policy: policyOf(2, { giveUpAfterMs: 60_000 }),
    });
    chat.refuses = () => (chat.steps.length < 2 ? undefined : new NotDelivered('no', { permanent: true }));
    await pass(300);
    expect(lines.filter((line) => line.startsWith('follow-up.step-failed'))).toEqual([]);
    chat.refuses = undefined;
    await pass(90);
    expect(chat.told('opened').inDigests).toHaveLength(4);
  });
});

describe('a process that dies', () => {
  // Six letters, of which two go singly and four in two parts.
  const letters = 6;
  type Started = Awaited<ReturnType<typeof startDigests>>;

  /** Plays on until nothing is left, for two hours at the most. */
  const playOn = async ({ pass, left, followUp }: Started, state: string) => {
    for (let minutes = 0; minutes < 120; minutes++) {
      await pass(1);
      const states = await Promise.all(Array.from({ length: letters }, (_, letter) => followUp(letter)));
      if (left().length === 0 && states.every((each) => each.state === state)) return;
    }
  };
  const expectSame = ({ chat }: Started, where: string) => {
    for (const { idempotencyKey } of chat.digests) {
      const same = chat.digests.filter((each) => each.idempotencyKey === idempotencyKey);
      expect(new Set(same.map((each) => JSON.stringify(each))).size, where).toBe(1);
      expect(same.length, where).toBeLessThanOrEqual(2);
    }
  };

  it('at any operation until all are told, has none forgotten and none told twice', async () => {
    let nth = 1;
    for (; ; nth++) {
      const start = await startDigests({ letters, maxItems: 2 });
      start.dieAt(nth);
      await playOn(start, 'notified');
      const { singly, inDigests } = start.chat.told('opened');
      const where = `died at ${nth}`;
      expect([...singly, ...inDigests].sort(), where).toEqual(all(letters));
      expectSame(start, where);
      for (let letter = 0; letter < letters; letter++) {
        const followUp = await start.followUp(letter);
        expect(followUp, where).toMatchObject({ ...notified, taken: [{ key: 'chat' }] });
      }
      expect(start.left(), where).toEqual([]);
      if (!start.hasDied()) break;
    }
    expect(nth).toBeGreaterThan(150);
  }, 120_000);

  it('at any operation, says nothing else under a key that may have been seen, whatever settles meanwhile', async () => {
    for (let nth = 1; ; nth++) {
      const start = await startDigests({ letters, maxItems: 2 });
      let refusals = 0;
      start.chat.refuses = () =>
        start.hasDied() && refusals++ < 2 ? new NotDelivered('it could not be reached') : undefined;
      start.dieAt(nth);
      for (let minutes = 0, isRead = false; minutes < 60; minutes++) {
        await start.pass(1);
        if (!start.hasDied() || isRead) continue;
        isRead = true;
        for (const letter of [2, 4]) await start.happened(letter, 'correspondencereceiverread');
      }
      expectSame(start, `died at ${nth}`);
      const { singly, inDigests } = start.chat.told('opened');
      const unread = [0, 1, 3, 5].map(letterId);
      expect([...singly, ...inDigests], `died at ${nth}`).toEqual(expect.arrayContaining(unread));
      if (!start.hasDied()) break;
    }
  }, 120_000);

  it('at any operation until all are told of the closing, has none forgotten and none told twice', async () => {
    let nth = 1;
    for (; ; nth++) {
      const start = await startDigests({ letters, maxItems: 2 });
      await playOn(start, 'notified');
      start.storage.now += 3_600_000;
      for (let letter = 0; letter < letters; letter++) {
        await start.happened(letter, 'correspondencereceiverread');
      }
      start.dieAt(nth);
      await playOn(start, 'closed');
      const { singly, inDigests } = start.chat.told('closed');
      const where = `died at ${nth}`;
      expect([...singly, ...inDigests].sort(), where).toEqual(all(letters));
      expectSame(start, where);
      for (let letter = 0; letter < letters; letter++) {
        const followUp = await start.followUp(letter);
        expect(followUp, where).toMatchObject({ state: 'closed', reason: 'read', told: ['chat'] });
      }
      expect(start.left(), where).toEqual([]);
      if (!start.hasDied()) break;
    }
    expect(nth).toBeGreaterThan(150);
  }, 120_000);
});
