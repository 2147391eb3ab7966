import { setTimeout as delay } from 'node:timers/promises';
import { Pace } from '../../shared/altinn/pace.ts';
import { connectStorage } from '../../shared/storage/connect.ts';

/**
 * One instance that takes all it gets of the shared pace, every twenty seconds of a clock that runs `speed` times as fast
 * for so many minutes; then prints the moments it was given, as JSON. It begins when it is told the start, which is the
 * same for all of them. All in milliseconds since 1970.
 */
const [connectionString = '', minutes = '', speed = ''] = process.argv.slice(2);
const { shared } = connectStorage({ connectionString }).tables;

async function takeAll(start: number): Promise<number[]> {
  const clock = () => start + (Date.now() - start) * Number(speed);
  let asked = 0;
  const now = () => {
    asked = clock();
    return asked;
  };
  const pace = new Pace(shared, { rate: 2, maxRate: 10, now });
  const moments: number[] = [];
  while (clock() < start + Number(minutes) * 60_000) {
    const { count, firstMs, intervalMs } = await pace.take(1_000);
    for (let slot = 0; slot < count; slot++) moments.push(asked + firstMs + slot * intervalMs);
    await delay(20_000 / Number(speed));
  }
  return moments;
}

process.stdout.write('ready\n');
process.stdin.once('data', async (start) => {
  process.stdin.unref();
  process.stdout.write(JSON.stringify(await takeAll(Number(start))));
});
