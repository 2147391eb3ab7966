import { setTimeout as delay } from 'node:timers/promises';
import { Pace } from '../../shared/altinn/pace.ts';
import { connectStorage } from '../../shared/storage/connect.ts';

/**
 * One instance that takes all it gets of the shared pace, every twenty seconds of a clock that runs `speed` times as fast
 * from `start` to `end`; then prints the moments it was given, as JSON. All in milliseconds since 1970.
 */
const [connectionString = '', start = '', end = '', speed = ''] = process.argv.slice(2);
const clock = () => Number(start) + (Date.now() - Number(start)) * Number(speed);
let asked = 0;
const now = () => {
  asked = clock();
  return asked;
};
const pace = new Pace(connectStorage({ connectionString }).tables.shared, { rate: 2, maxRate: 10, now });

async function takeAll(): Promise<number[]> {
  const moments: number[] = [];
  while (clock() < Number(end)) {
    const { count, firstMs, intervalMs } = await pace.take(1_000);
    for (let slot = 0; slot < count; slot++) moments.push(asked + firstMs + slot * intervalMs);
    await delay(20_000 / Number(speed));
  }
  return moments;
}

void takeAll().then((moments) => process.stdout.write(JSON.stringify(moments)));
