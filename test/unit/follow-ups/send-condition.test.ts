import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../shared/events/catalogue.ts';
import type { Answer, AskAltinn } from '../../../shared/follow-ups/question.ts';
import {
  isReminded,
  makeSendCondition,
  type RemindedKind,
  remindedKinds,
} from '../../../shared/follow-ups/send-condition.ts';

const id = 'b7b9f1c3-0f1a-4b3c-8d2e-5f60718293a4';
const at = '2026-08-20T06:00:00Z';
const letter = (changes: object = {}): Answer =>
  ({
    is: 'known',
    question: 'details',
    facts: {},
    published: at,
    dueAt: undefined,
    needsConfirmation: true,
    resource: undefined,
    recipient: undefined,
    ...changes,
  }) as Answer;
const silent: Answer = { is: 'silent', why: 'Altinn answered 503' };

type Known = Partial<Record<Fact, boolean>>;
const factsOf = (known: Known) => async () =>
  new Map(Object.entries(known).map(([fact, verified]) => [fact as Fact, { verified }]));

function tell(
  answer: Answer | AskAltinn | undefined,
  known: Known = {},
  kind: RemindedKind = 'never-read',
  facts = factsOf(known),
) {
  const askAltinn = typeof answer === 'function' ? answer : answer && (async () => answer);
  return makeSendCondition({ askAltinn, timeline: { facts } })(id, kind);
}

describe('whether to remind, by what Altinn says', () => {
  it('is yes where nothing settles it, whatever was pushed', async () => {
    const known = { read: false, confirmed: false, purged: false };
    expect(await tell(letter(), known)).toMatchObject({ send: true, from: 'altinn' });
  });

  it('needs no due date: the owner may have ordered it with the letter', async () => {
    for (const kind of remindedKinds) expect((await tell(letter(), {}, kind)).send).toBe(true);
  });

  it.each<[RemindedKind, Fact, boolean]>([
    ['never-read', 'read', false],
    ['never-read', 'purged', false],
    ['never-read', 'publishFailed', false],
    ['unread', 'read', false],
    ['never-confirmed', 'confirmed', false],
    ['never-confirmed', 'read', true],
    ['unconfirmed', 'confirmed', false],
    ['unconfirmed', 'purged', false],
  ])('of %s, and %s holds: %s', async (kind, fact, send) => {
    expect((await tell(letter({ facts: { [fact]: at } }), {}, kind)).send).toBe(send);
  });

  it('is no before publication, and of a confirmation that is not needed', async () => {
    expect((await tell(letter({ published: undefined }))).send).toBe(false);
    const unneeded = letter({ needsConfirmation: false });
    expect((await tell(unneeded, {}, 'never-confirmed')).send).toBe(false);
    expect((await tell(unneeded, {}, 'unread')).send).toBe(true);
  });

  it('is no of a letter that Altinn disputes, as for the guard', async () => {
    expect(await tell({ is: 'disputed', why: 'unknown' })).toMatchObject({ send: false, from: 'altinn' });
  });

  it('goes by an answer of this moment', async () => {
    const before = Date.now();
    await tell(async ({ heardAt }) => {
      expect(Date.parse(heardAt)).toBeGreaterThanOrEqual(before);
      return letter();
    });
    expect.assertions(1);
  });
});

describe('where Altinn does not answer', () => {
  it.each<[string, Answer | AskAltinn | undefined]>([
    ['says 503', silent],
    ['is not asked', undefined],
    [
      'cannot be asked',
      async () => {
        throw new Error('storage is away');
      },
    ],
  ])('and %s, what it said before settles it', async (_, answer) => {
    expect(await tell(answer, { read: true })).toMatchObject({ send: false, from: 'facts', because: 'read' });
  });

  it('no fact that was merely pushed does', async () => {
    expect((await tell(silent, { read: false })).send).toBeUndefined();
  });

  it('that nothing is known to settle it says nothing', async () => {
    expect((await tell(silent, { published: true, neverRead: true })).send).toBeUndefined();
    expect((await tell(silent, {})).send).toBeUndefined();
  });

  it('and storage neither, it cannot be told', async () => {
    const away = async () => {
      throw new Error('away');
    };
    expect(await tell(silent, {}, 'never-read', away)).toMatchObject({
      send: undefined,
      because: expect.stringContaining('storage'),
    });
  });

  it('in time, it is told in less than five seconds all the same, and the question is not broken off', async () => {
    const beganAt = performance.now();
    let wasAborted = false;
    const never: AskAltinn = (_, signal) => {
      signal.addEventListener('abort', () => {
        wasAborted = true;
      });
      return new Promise(() => {});
    };
    expect((await tell(never, { read: true })).send).toBe(false);
    const hanging = () => new Promise<never>(() => {});
    expect((await tell(never, {}, 'never-read', hanging)).send).toBeUndefined();
    // Twice, with a margin for a machine that is busy.
    expect(performance.now() - beganAt).toBeLessThan(2 * 5_000);
    expect(wasAborted).toBe(false);
  }, 15_000);
});

it('never says yes without Altinn, and never no by a push alone', async () => {
  const settling = fc.constantFrom<Fact>('read', 'confirmed', 'purged', 'published', 'neverRead');
  const known = fc.dictionary(settling, fc.boolean()) as fc.Arbitrary<Known>;
  await fc.assert(
    fc.asyncProperty(known, fc.constantFrom(...remindedKinds), async (facts, kind) => {
      const { send } = await tell(silent, facts, kind);
      const { send: whatIsVerified } = await tell(
        silent,
        Object.fromEntries(Object.entries(facts).filter(([, verified]) => verified)),
        kind,
      );
      expect(send).not.toBe(true);
      expect(send).toBe(whatIsVerified);
    }),
  );
});

it('is told of nothing but what a recipient is reminded of', () => {
  expect(['never-read', 'unconfirmed'].every(isReminded)).toBe(true);
  for (const kind of ['publish-failed', 'Never-Read', '', undefined, 'toString']) {
    expect(isReminded(kind)).toBe(false);
  }
});
