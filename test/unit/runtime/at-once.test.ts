import { describe, expect, it } from 'vitest';
import { eachAtOnce } from '../../../shared/runtime/at-once.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('eachAtOnce', () => {
  it('does something with each, so many at the same moment', async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await eachAtOnce(
      Array.from({ length: 20 }, (_, n) => n),
      4,
      async (item) => {
        most = Math.max(most, ++now);
        await turn();
        now--;
        done.push(item);
      },
    );
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBe(4);
    await eachAtOnce([], 4, () => Promise.reject(new Error('nothing to do')));
  });

  it('begins nothing more once something failed, and says what', async () => {
    const begun: number[] = [];
    const failing = eachAtOnce([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await turn();
      if (item === 1) throw new Error('the second');
    });
    await expect(failing).rejects.toThrow('the second');
    await turn();
    expect(begun.length).toBeLessThan(5);
  });
});
