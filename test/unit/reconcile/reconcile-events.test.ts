import type { InvocationContext, Timer } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { makeReconcileEvents } from '../../../functions/reconcile-events.ts';
import { TokenError } from '../../../shared/altinn/auth/token-error.ts';
import { whoseEvents } from '../../../shared/altinn/whose.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../../shared/reconcile/checkpoints.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { feedEvent, makeFeed } from '../../support/altinn/event-feed.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const resources = ['one', 'two', 'three'].map((id) => `urn:altinn:resource:${id}`);

function start(pullMs: number, systemUserOrg?: string, subunits: string[] = [], changes: object = {}) {
  const storage = new MemoryStorage();
  const feed = makeFeed();
  feed.all.push(feedEvent());
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const asked: string[] = [];
  const handler = makeReconcileEvents({
    resources,
    whose: whoseEvents({ systemUserOrg, subunits }),
    events: {
      pull: async (request) => {
        asked.push([request.resource, request.subject].filter(Boolean).join(' '));
        storage.now += pullMs;
        return feed.events.pull(request);
      },
    },
    timeline: new Timeline(storage.table('timeline')),
    queue: storage.queue('correspondence-events'),
    deadLetters: new DeadLetters(storage.table('deadletters')),
    checkpoints: new Checkpoints(storage.table('checkpoints')),
    now: () => new Date(storage.now),
    ...changes,
  });
  const context = { info: write, warn: write, error: write } as unknown as InvocationContext;
  return { run: () => handler({} as Timer, context), lines, asked, storage };
}

describe('reconcile-events', () => {
  it('keeps its deadline between resources, and begins with another the next time', async () => {
    const { run, lines, asked, storage } = start(100_000);
    await run();
    const [first] = asked;
    expect(new Set(asked)).toEqual(new Set([first]));
    expect(lines.filter((line) => line.startsWith('reconcile.finished')).join()).toContain('complete=false');
    expect(
      lines.filter((line) => line.startsWith('reconcile.skipped') && line.includes('out of time')),
    ).toHaveLength(2);
    const begun = new Set<string | undefined>();
    for (let hour = 0; hour < 12; hour++) {
      asked.length = 0;
      storage.now += 3_600_000;
      await run();
      begun.add(asked[0]);
    }
    expect([...begun].sort()).toEqual([...resources].sort());
  });

  it("pulls a recipient's events and those of each subunit with their own subjects", async () => {
    const { run, asked, lines } = start(0, '310000001', ['310000002', '310000003']);
    await run();
    const urn = 'urn:altinn:organization:identifier-no:';
    expect(new Set(asked)).toEqual(
      new Set(
        resources.flatMap((resource) =>
          ['310000001', '310000002', '310000003'].map((number) => `${resource} ${urn}${number}`),
        ),
      ),
    );
    expect(lines.filter((line) => line.includes(' subunit=310000003 '))).toHaveLength(3);
  });

  it('says that a token is refused, apart from an Altinn that does not answer', async () => {
    const fails = (error: Error) =>
      start(0, undefined, [], { events: { pull: () => Promise.reject(error) } });
    const refused = fails(new TokenError('scope', 'the client lacks the scope altinn:events.subscribe'));
    await expect(refused.run()).rejects.toThrow('not reconciled: ');
    expect(refused.lines).toContain(
      'token.refused fault=scope reason="the client lacks the scope altinn:events.subscribe"',
    );
    const away = fails(new TokenError('unreachable', 'Maskinporten could not be reached'));
    await expect(away.run()).rejects.toThrow('not reconciled: ');
    expect(away.lines.map((line) => line.split(' ')[0])).toEqual(resources.map(() => 'reconcile.failed'));
  });

  it('says of each resource whether a subscription is validated, and goes on where that cannot be asked', async () => {
    const subscription = (resource: string, validated: boolean) => ({ resourceFilter: resource, validated });
    const [one = '', two = ''] = resources;
    const all = [subscription(one, true), subscription(one, false), subscription(two.toUpperCase(), false)];
    const { run, lines } = start(0, undefined, [], { subscriptions: { list: async () => all } });
    await run();
    expect(lines.filter((line) => line.startsWith('subscription.checked'))).toEqual([
      `subscription.checked resource=${one} validated=1 unvalidated=1 absent=false`,
      `subscription.checked resource=${two} validated=0 unvalidated=1 absent=true`,
      `subscription.checked resource=${resources[2]} validated=0 unvalidated=0 absent=true`,
    ]);
    const list = () => Promise.reject(new Error('no answer'));
    const away = start(0, undefined, [], { subscriptions: { list } });
    await away.run();
    expect(away.lines.filter((line) => !line.startsWith('reconcile.finished'))).toEqual([
      'subscription.unchecked reason="no answer"',
    ]);
  });
});
