import type { InvocationContext, Timer } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { makeAuditLetters, makeAuditWindow } from '../../../../functions/audit-letters.ts';
import { AltinnError } from '../../../../shared/altinn/api/altinn-error.ts';
import type { Correspondence } from '../../../../shared/altinn/api/correspondence.ts';
import type { Pace } from '../../../../shared/altinn/pace.ts';
import type { Role } from '../../../../shared/altinn/role.ts';
import type { Whose } from '../../../../shared/altinn/whose.ts';
import { DeadLetters } from '../../../../shared/queue/dead-letters.ts';
import { Retries } from '../../../../shared/queue/retries.ts';
import { Audits } from '../../../../shared/reconcile/audit/audits.ts';
import { Timeline } from '../../../../shared/tracking/timeline.ts';
import { type ListedLetter, letterId, makeLetterList } from '../../../support/altinn/letter-list.ts';
import { takerOf } from '../../../support/altinn/taker.ts';
import { MemoryStorage, type QueuedMessage } from '../../../support/memory-storage.ts';

const resources = ['urn:altinn:resource:my-letters', 'urn:altinn:resource:my-decisions'];
const day = Date.parse('2026-08-19T00:00:00Z');

function start(
  letters: readonly ListedLetter[],
  list?: Correspondence['list'],
  pace?: Pick<Pace, 'take'>,
  { role = 'Sender', whose = [{}] }: { role?: Role; whose?: readonly Whose[] } = {},
) {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const altinn = makeLetterList(letters);
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const contextOf = (id: string) =>
    ({
      info: write,
      warn: write,
      error: write,
      triggerMetadata: { id, dequeueCount: 1 },
    }) as unknown as InvocationContext;
  const queue = storage.queue('audits');
  const timer = makeAuditLetters({ resources, role, whose, queue, now });
  const consumer = makeAuditWindow({
    queue,
    deadLetters: new DeadLetters(storage.table('deadletters')),
    retries: new Retries(storage.table('retries')),
    correspondence: { ...altinn.correspondence, ...(list && { list }) },
    role,
    timeline: new Timeline(storage.table('timeline')),
    events: storage.queue('correspondence-events'),
    audits: new Audits(storage.table('audits'), now),
    pace,
    now,
  });
  const handle = ({ id, text }: QueuedMessage) =>
    consumer.handle(JSON.parse(Buffer.from(text, 'base64').toString()), contextOf(id));
  /** Works through the queue, in no order; hands each message over so many times. */
  const drain = async (times = 1) => {
    const messages = storage.messages('audits');
    while (messages.length > 0) {
      const [message] = messages.splice(Math.floor(messages.length / 2), 1);
      for (let time = 0; time < times; time++) await handle(message as QueuedMessage);
    }
  };
  const takeOne = () => handle(storage.messages('audits').shift() as QueuedMessage);
  const begin = () => timer({} as Timer, contextOf('timer'));
  const reports = () => lines.filter((line) => line.startsWith('audit.finished'));
  return { ...altinn, storage, begin, drain, takeOne, reports, lines };
}

const many = Array.from({ length: 3_000 }, (_, n): ListedLetter => {
  return { id: letterId(n), at: day + n * 20_000, statuses: n % 2 ? ['Published', 'Read'] : ['Published'] };
});

describe('the pace towards Altinn', () => {
  it('is left to follow-ups: a part that it has no room for asks nothing, and comes again', async () => {
    for (const slots of [
      { count: 0, firstMs: 0, intervalMs: 0 },
      { count: 3, firstMs: 0, intervalMs: 500 },
      { count: 7, firstMs: 30_000, intervalMs: 500 },
    ]) {
      const { begin, takeOne, lines, storage } = start(many, () => Promise.reject(new Error('asked')), {
        take: takerOf(() => slots),
      });
      await begin();
      const before = storage.messages('audits').length;
      await takeOne();
      expect(lines).toContainEqual(
        expect.stringMatching(/^message.retried .*reason="the pace towards Altinn is taken/),
      );
      expect(storage.messages('audits')).toHaveLength(before);
    }
  });
});

describe('audit-letters', () => {
  it('of a recipient asks for each subunit on behalf of that, as an audit of its own', async () => {
    const whose = [{ subject: 'urn:altinn:organization:identifier-no:310000001' }, { subunit: '310000077' }];
    const { begin, drain, reports, asked } = start(many, undefined, undefined, { role: 'Recipient', whose });
    await begin();
    await drain();
    expect(reports()).toHaveLength(16);
    expect(reports().filter((line) => line.includes(' subunit=310000077 '))).toHaveLength(8);
    const onBehalf = asked.filter(({ onBehalfOf }) => onBehalfOf);
    expect(new Set(onBehalf.map(({ onBehalfOf }) => onBehalfOf))).toEqual(
      new Set(['urn:altinn:organization:identifier-no:310000077']),
    );
    expect(onBehalf).toHaveLength(asked.length / 2);
  });

  it('asks for the letters of 1, 7, 30 and 90 days ago, and reports each resource and window', async () => {
    const { begin, drain, reports, storage } = start(many);
    await begin();
    expect(storage.messages('audits')).toHaveLength(8);
    await drain();
    expect(reports()).toHaveLength(8);
    // The fake Altinn has the same letters of both resources.
    for (const resource of resources) {
      expect(reports()).toContainEqual(
        expect.stringMatching(
          `^audit.finished resource=${resource} from=2026-08-18T18:00:00.000Z to=2026-08-20T00:00:00.000Z letters=3000 missing=4500 unverified=0 requests=\\d+ incomplete=0 trace=[0-9a-f]{32}$`,
        ),
      );
      for (const from of ['2026-08-12T18', '2026-07-20T18', '2026-05-21T18']) {
        expect(reports()).toContainEqual(
          expect.stringMatching(
            `^audit.finished resource=${resource} from=${from}.* letters=0 missing=0 unverified=0 requests=3`,
          ),
        );
      }
    }
    expect(storage.messages('correspondence-events')).toHaveLength(9_000);
  });

  it('asks nothing twice: not for a message that comes again, nor for a night that is begun again', async () => {
    const once = start(many);
    await once.begin();
    await once.drain();
    const twice = start(many);
    await twice.begin();
    await twice.drain(2);
    expect(twice.asked).toHaveLength(once.asked.length);
    await twice.begin();
    await twice.drain();
    expect(twice.asked).toHaveLength(once.asked.length);
    const asked = twice.asked.map((request) => JSON.stringify(request));
    // Two resources have different ids.
    expect(new Set(asked).size).toBe(asked.length);
    twice.storage.now += 24 * 3_600_000;
    await twice.begin();
    await twice.drain();
    expect(twice.asked.length, 'the next night').toBeGreaterThan(once.asked.length);
  });

  it('comes again where Altinn is away, and is dead-lettered where it refuses', async () => {
    const fail = (status: number) => async () => {
      throw new AltinnError(`Altinn answered ${status}`, { status });
    };
    const away = start([], fail(503));
    await away.begin();
    await away.takeOne();
    expect(away.lines.join()).toMatch(/message\.retried queue=audits .*Altinn answered 503/);
    expect(away.storage.messages('audits')).toHaveLength(8);
    expect(away.storage.rowsOf('deadletters')).toEqual([]);
    const refused = start([], fail(403));
    await refused.begin();
    await refused.drain();
    expect(refused.storage.rowsOf('deadletters')).toHaveLength(8);
    expect(refused.lines.join()).toContain('message.dead-lettered queue=audits');
  });
});
