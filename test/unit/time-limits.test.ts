import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { timeSpan } from '../../infra/dev/host/config.ts';
import { maxRunMs } from '../../shared/reconcile/reconcile.ts';

const { functionTimeout } = JSON.parse(readFileSync('host.json', 'utf8'));

const workers = ['track-events', 'follow-up', 'send-digest', 'react', 'audit-letters'];

it.each(workers)(
  'the work of %s has a time limit well under that of the host, which ends the process',
  (name) => {
    const [, limit] = /timeoutMs: ([\d_]+)/.exec(readFileSync(`functions/${name}.ts`, 'utf8')) ?? [];
    expect(Number(limit?.replaceAll('_', ''))).toBeGreaterThan(0);
    // A try that is ended has its message put back, and a request or two of storage's in hand.
    expect(Number(limit?.replaceAll('_', '')) + 60_000).toBeLessThan(timeSpan(functionTimeout));
  },
);

it('a pull that begins its last page at the end of its run has time for a page that Altinn answers badly', () => {
  // Four tries of 15 s with 30 s between them, for each of the requests of a page; and storage.
  expect(maxRunMs + 2 * (4 * 15_000 + 3 * 30_000)).toBeLessThanOrEqual(timeSpan(functionTimeout));
});
