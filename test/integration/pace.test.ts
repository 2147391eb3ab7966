import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, inject, it } from 'vitest';

const minutes = 15;
const speed = 150;

it('is one pace for several processes: never above the ceiling, and no less', async () => {
  const args = [inject('storage').pace as string, minutes, speed].map(String);
  const takers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--import', 'tsx', 'test/support/pace-taker.ts', ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(takers.map(({ stdout }) => once(stdout, 'data')));
  const start = Date.now();
  const taken = await Promise.all(
    takers.map(async ({ stdin, stdout }) => {
      stdin.end(String(start));
      return JSON.parse(await text(stdout)) as number[];
    }),
  );

  expect(taken.filter((moments) => moments.length > 0).length).toBeGreaterThan(1);
  const moments = taken.flat().sort((a, b) => a - b);
  const busiest = moments.map((moment, at) => (moments[at + 10] ?? Number.POSITIVE_INFINITY) - moment);
  expect(Math.min(...busiest), 'milliseconds in which eleven are asked').toBeGreaterThan(999);
  const end = start + minutes * 60_000;
  const last = moments.filter((moment) => moment > end - 5 * 60_000 && moment <= end);
  expect(last.length / (5 * 60), 'a second, in the last five minutes').toBeGreaterThan(9);
}, 60_000);
