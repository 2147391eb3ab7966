import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';

const run = promisify(execFile);
const minuteMs = 60_000;
const speed = 150;

it('is one pace for several processes: never above the ceiling, and no less', async () => {
  const start = Date.now();
  const end = start + 15 * minuteMs;
  const connectionString = inject('storage').pace as string;
  const args = [connectionString, start, end, speed].map(String);
  const takers = Array.from({ length: 4 }, () =>
    run(process.execPath, ['--import', 'tsx', 'test/support/pace-taker.ts', ...args], {
      maxBuffer: 10_000_000,
    }),
  );
  const taken = (await Promise.all(takers)).map(({ stdout }) => JSON.parse(stdout) as number[]);

  expect(taken.filter((moments) => moments.length > 0).length).toBeGreaterThan(1);
  const moments = taken.flat().sort((a, b) => a - b);
  const busiest = moments.map((moment, at) => (moments[at + 10] ?? Number.POSITIVE_INFINITY) - moment);
  expect(Math.min(...busiest), 'milliseconds in which eleven are asked').toBeGreaterThan(999);
  const last = moments.filter((moment) => moment > end - 5 * minuteMs && moment <= end);
  expect(last.length / (5 * 60), 'a second, in the last five minutes').toBeGreaterThan(9);
}, 60_000);
