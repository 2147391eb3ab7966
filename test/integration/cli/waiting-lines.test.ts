import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Output } from '../../../infra/cli/output.ts';
import { waitForValidation } from '../../../infra/cli/subscription/validation.ts';
import { clock, makeTiming, waitAndTell } from '../../../infra/cli/timing.ts';
import type { Subscription } from '../../../shared/altinn/api/subscriptions.ts';

// The clock that vitest puts in place knows no timers with promises.
vi.mock('node:timers/promises', () => ({
  setTimeout: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}));

describe('a line a minute where there is no terminal', () => {
  const written: string[] = [];
  const timing = makeTiming(1);
  const minutes = (count: number) => Array.from({ length: count }, (_, minute) => `${minute}:00`);
  const times = () => written.flatMap((line) => /^Waiting.*\((\d+:\d+) of/.exec(line)?.[1] ?? []);
  let output: Output;

  beforeEach(() => {
    vi.useFakeTimers();
    written.length = 0;
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    output = new Output(false);
    output.reportEvery = timing.report;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is what the eight minutes of a validation give at the true pace', async () => {
    const never = { id: 7, validated: false, endPoint: 'https://app.example.no/' } as Subscription;
    const api = { get: async () => never, create: async () => never };
    const ended = waitForValidation([never], api, { timing, output });
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    await ended;
    expect(times()).toEqual(minutes(9));
  });

  it('is what the hour before a deletion gives', async () => {
    const ended = waitAndTell(timing.cache, timing, (passed) =>
      output.progress(`Waiting (${clock(passed)} of ${clock(timing.cache)})`),
    );
    await vi.advanceTimersByTimeAsync(61 * 60_000);
    await ended;
    expect(times()).toEqual(minutes(60));
  });
});
