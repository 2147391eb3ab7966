import { describe, expect, it } from 'vitest';
import type { Role } from '../../../../shared/altinn/role.ts';
import type { Fact } from '../../../../shared/events/catalogue.ts';
import { type AuditDeps, auditPart } from '../../../../shared/reconcile/audit/audit-part.ts';
import { beginAudit, dayBack } from '../../../../shared/reconcile/audit/begin.ts';
import type { LetterStatus } from '../../../../shared/reconcile/audit/statuses.ts';
import { add, type Found, nothing } from '../../../../shared/reconcile/audit/task.ts';
import type { EventMessage } from '../../../../shared/tracking/event-message.ts';
import { type ListedLetter, letterId, makeLetterList } from '../../../support/altinn/letter-list.ts';

const resource = 'urn:altinn:resource:my-letters';
const now = new Date('2026-08-20T02:23:00Z');
const window = dayBack(1, now);
const day = Date.parse('2026-08-19T00:00:00Z');
const hour = 3_600_000;

function start(letters: readonly ListedLetter[], role: Role = 'Sender', dryRun = false) {
  const known = new Map<string, Map<Fact, { verified: boolean }>>();
  const lookedUp: string[] = [];
  const altinn = makeLetterList(letters);
  const queued: EventMessage[] = [];
  const deps: AuditDeps = {
    correspondence: altinn.correspondence,
    role,
    timeline: {
      facts: async (id) => {
        lookedUp.push(id);
        return known.get(id) ?? new Map();
      },
    },
    events: { send: async (message: object) => void queued.push(message as EventMessage) },
    dryRun,
    now: () => now,
  };
  const stating =
    (verified: boolean) =>
    (id: string, ...facts: Fact[]) => {
      const stored = known.get(id) ?? new Map();
      known.set(id, stored);
      for (const fact of facts) stored.set(fact, { verified });
    };
  /** Has our timeline of a letter state facts: as a pull brought them, or as somebody pushed them. */
  const [know, pushed] = [stating(true), stating(false)];
  const run = async (): Promise<Found> => {
    let found = nothing;
    const left = [beginAudit('test', window, { resource, role })];
    for (let task = left.shift(); task; task = left.shift()) {
      const outcome = await auditPart(task, deps);
      found = add(found, outcome.found);
      left.push(...outcome.next);
    }
    return found;
  };
  const facts = () =>
    queued.map(({ body: { event } }) => `${event.resourceinstance} ${event.type.split('.').at(-1)}`).sort();
  return { ...altinn, lookedUp, queued, facts, know, pushed, run };
}

const published = 'correspondencepublished';
const read = 'correspondencereceiverread';
const confirmed = 'correspondencereceiverconfirmed';

describe('an audit', () => {
  it('puts what no event told on the queue as asked, and nothing else', async () => {
    const letters: ListedLetter[] = [
      { id: letterId(1), at: day, statuses: ['Published', 'Read'] },
      { id: letterId(2), at: day + hour, statuses: ['Published', 'Confirmed', 'PurgedByRecipient'] },
      { id: letterId(3), at: day + 2 * hour, statuses: ['Failed'] },
      { id: letterId(4), at: day + 3 * hour, statuses: ['PurgedByAltinn'] },
      { id: letterId(5), at: day + 24 * hour - 1, statuses: ['Published'] },
      { id: letterId(6), at: day - 5 * hour, statuses: ['Published'] },
      { id: letterId(7), at: day + 24 * hour, statuses: ['Published'] },
    ];
    const { run, know, facts, queued } = start(letters);
    know(letterId(1), 'published');
    know(letterId(2), 'published', 'confirmed', 'read');
    know(letterId(5), 'published');
    expect(await run()).toEqual({ letters: 5, missing: 5, unverified: 0, requests: 6, incomplete: 0 });
    expect(facts()).toEqual([
      `${letterId(1)} ${read}`,
      `${letterId(2)} correspondencepurged`,
      `${letterId(3)} correspondencepublishfailed`,
      `${letterId(4)} correspondencepurged`,
      `${letterId(6)} ${published}`,
    ]);
    const [first] = queued;
    expect(first).toMatchObject({ via: 'asked', enqueuedAt: now.toISOString() });
    expect(first?.body.event).toMatchObject({ id: expect.stringMatching(/^asked-list-/), resource });
    expect(first?.body.event).not.toHaveProperty('time');
  });

  it('of a letter that we never heard of has all its facts, and a dry run puts none on the queue', async () => {
    const letters: ListedLetter[] = [
      { id: letterId(1), at: day, statuses: ['Published', 'Read', 'Confirmed'] },
    ];
    const { run, facts } = start(letters);
    expect(await run()).toMatchObject({ letters: 1, missing: 3 });
    expect(facts()).toHaveLength(3);
    const dry = start(letters, 'Sender', true);
    expect(await dry.run()).toMatchObject({ letters: 1, missing: 3 });
    expect(dry.facts()).toEqual([]);
  });

  it('asks for proof of what settles a follow-up and is known by a push alone: the push may be forged', async () => {
    const letters: ListedLetter[] = [
      { id: letterId(1), at: day, statuses: ['Published', 'Read', 'Confirmed'] },
    ];
    const { run, know, pushed, facts } = start(letters);
    pushed(letterId(1), 'published', 'read');
    know(letterId(1), 'confirmed');
    expect(await run()).toMatchObject({ letters: 1, missing: 0, unverified: 1 });
    expect(facts()).toEqual([`${letterId(1)} ${read}`]);
  });

  it('asks by the bare id of the resource', async () => {
    const { run, asked } = start([]);
    await run();
    expect(asked.map(({ status }) => status)).toEqual(['Published', 'PurgedByAltinn', 'Failed']);
    for (const request of asked) expect(request).toMatchObject({ resourceId: 'my-letters', role: 'Sender' });
  });

  it('of a recipient asks as one, for what it can be told, and about no letter alone', async () => {
    const many = Array.from({ length: 1_100 }, (_, n): ListedLetter => {
      return { id: letterId(n), at: day, statuses: ['Published', 'Read', 'Failed'] };
    });
    const { run, asked, details } = start(many, 'Recipient');
    expect(await run()).toMatchObject({ letters: 1_000, missing: 2_000, incomplete: 1 });
    expect(new Set(asked.map(({ status }) => status))).toEqual(
      new Set(['Published', 'Read', 'Confirmed', 'PurgedByRecipient', 'PurgedByAltinn']),
    );
    expect(new Set(asked.map(({ role }) => role))).toEqual(new Set(['Recipient']));
    expect(details).toEqual([]);
  });
});

describe('a full page of one instant', () => {
  it('is asked about letter by letter, as far as the letters are known, and reported as incomplete', async () => {
    const statuses = (n: number): LetterStatus[] =>
      n < 150 ? ['Published', 'Confirmed'] : ['Published', 'Read'];
    const letters = Array.from({ length: 1_300 }, (_, n): ListedLetter => {
      return { id: letterId(n), at: day + 12 * hour, statuses: statuses(n) };
    });
    const { run, know, details, facts, queued } = start(letters);
    // The list names the thousand that come first; the read ones are 1150, of which it names 1000.
    for (let n = 0; n < 1_300; n++) know(letterId(n), 'published');
    for (let n = 150; n < 1_140; n++) know(letterId(n), 'read');
    const found = await run();
    expect(found).toMatchObject({ incomplete: 1 });
    // Named by the list of published letters, and without a fact that a full page may have left out.
    // And one look at where the page ends, for each division.
    expect(new Set(details).size).toBe(150 + 1);
    expect(details.length).toBeLessThan(155);
    expect(facts().filter((fact) => fact.endsWith(read))).toHaveLength(10);
    expect(facts().filter((fact) => fact.endsWith(confirmed))).toHaveLength(150);
    expect(new Set(queued.map(({ body }) => body.event.id))).toEqual(
      new Set([`asked-list-${read}`, `asked-list-${confirmed}`]),
    );
  });

  it('leaves facts to be found with their time', async () => {
    const letters = Array.from({ length: 2_000 }, (_, n): ListedLetter => {
      // The newest come first: those of the first thousand are published, and the others read.
      return { id: letterId(n), at: day, statuses: n < 1_000 ? ['Read'] : ['Read', 'Published'] };
    });
    const { run, know, queued } = start(letters);
    for (const { id } of letters.slice(0, 1_000)) know(id, 'published');
    await run();
    const ofDetails = queued.filter(({ body }) => body.event.id === `asked-details-${read}`);
    expect(ofDetails).toHaveLength(1_000);
    expect(ofDetails[0]?.body.event.time).toBe('2026-08-19T00:00:00.000Z');
  });
});

describe('ten thousand letters of a day', () => {
  const spread = (from: number, length: number) => (n: number) => from + Math.floor((n * length) / 10_000);
  const statuses = (n: number): LetterStatus[] => [
    'Published',
    ...(n % 10 < 7 ? (['Read'] as const) : []),
    ...(n % 10 < 5 ? (['Confirmed'] as const) : []),
    ...(n % 40 === 0 ? (['PurgedByRecipient'] as const) : []),
  ];
  const everything = (): LetterStatus[] => ['Published', 'Read', 'Confirmed', 'PurgedByRecipient'];

  it.each([
    ['spread over the day', spread(day, 24 * hour), statuses, 70],
    ['of office hours', spread(day + 8 * hour, 8 * hour), statuses, 70],
    ['of one hour', spread(day + 8 * hour, hour), statuses, 70],
    ['of one minute', spread(day + 8 * hour, 60_000), statuses, 70],
    ['of eleven milliseconds', spread(day + 8 * hour, 11), statuses, 70],
    ['spread over the day, all read, confirmed and purged', spread(day, 24 * hour), everything, 80],
  ])('%s are audited in under a hundred requests', async (_, at, ever, most) => {
    const letters = Array.from({ length: 10_000 }, (_, n): ListedLetter => {
      return { id: letterId(n), at: at(n), statuses: ever(n) };
    });
    const { run, facts, lookedUp, details } = start(letters);
    const found = await run();
    expect(found).toMatchObject({ letters: 10_000, incomplete: 0 });
    expect(found.missing).toBe(letters.reduce((sum, { statuses }) => sum + statuses.length, 0));
    expect(new Set(facts()).size).toBe(found.missing);
    expect(found.requests).toBeLessThan(most);
    expect(details.length).toBeLessThan(20);
    // A query a letter where its facts are told together, and one more where a rare one is told apart.
    expect(lookedUp.length).toBeLessThan(20_500);
  });
});
